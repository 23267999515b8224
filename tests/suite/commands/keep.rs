//! `--keep`: how much of the log the explorer keeps.

use super::Home;

#[test]
fn given_no_size_to_keep_then_a_sentence_says_what_is_one() {
    let home = Home::new();
    for (size, sentence) in [
        (
            "lots",
            "\"lots\" is not a size such as 256MiB, 1GiB or 500M",
        ),
        ("1k", "1k is too little to keep: 8MiB at least"),
    ] {
        let commands = [
            &["--keep", size][..],
            &["demo", "--keep", size],
            &["sub", "--keep", size, "a"],
            &["request", "--keep", size, "a"],
        ];
        for command in commands {
            let ended = home.run(command);
            ended.assert_ended_with(2, &[sentence]);
        }
    }
    let ended = home.run(&["--keep", "1GiB", "pub", "a", "b"]);
    ended.assert_failed(2, &["--keep is for the explorer, sub and request"]);
}
