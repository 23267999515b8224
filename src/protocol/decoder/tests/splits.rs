//! A stream says the same however it is split: any operations, any bytes, any chunks.

use proptest::prelude::*;

use super::*;

/// One operation as it may stand on the wire, in any spelling.
fn operation(side: Side) -> BoxedStrategy<Vec<u8>> {
    let blank = || proptest::sample::select(vec![" ", "  ", "\t", " \t "]);
    let end = proptest::sample::select(vec!["\r\n", "\n", " \r\n"]);
    let line = |verbs: &'static [&'static str], least: usize, most: usize| {
        let words = proptest::collection::vec((blank(), "[!-~]{1,6}"), least..=most);
        (proptest::sample::select(verbs), words, end.clone()).prop_map(|(verb, words, end)| {
            let words: String = words
                .into_iter()
                .map(|(blank, word)| blank.to_owned() + &word)
                .collect();
            format!("{verb}{words}{end}").into_bytes()
        })
    };
    let body = || {
        let byte =
            prop_oneof![3 => any::<u8>(), 1 => proptest::sample::select(&b"\r\n PINGMSG"[..])];
        proptest::collection::vec(byte, 0..60)
    };
    let (verb, header_verb, sid) = match side {
        Side::Server => ("MSG", "hmsg", "[0-9]{1,9}"),
        Side::Client => ("pub", "HPUB", ""),
    };
    let parts = (
        blank(),
        "[a-z.\u{fc}]{1,9}",
        sid,
        proptest::option::of("[a-z.]{1,9}"),
        any::<bool>(),
        body(),
        body(),
        end.clone(),
    );
    let message = parts.prop_map(
        move |(blank, subject, sid, reply, headers, header, payload, end)| {
            let mut words = vec![
                if headers {
                    header_verb.to_owned()
                } else {
                    verb.to_owned()
                },
                subject,
            ];
            words.extend([sid].into_iter().filter(|sid| !sid.is_empty()).chain(reply));
            let header = if headers { header } else { Vec::new() };
            if headers {
                words.push(header.len().to_string());
            }
            words.push((header.len() + payload.len()).to_string());
            [
                words.join(blank).as_bytes(),
                end.as_bytes(),
                &header,
                &payload,
                b"\r\n",
            ]
            .concat()
        },
    );
    let plain = line(&["PING", "pong", "+OK", "-ERR", "INFO"], 0, 3);
    match side {
        Side::Server => prop_oneof![3 => message, 1 => plain].boxed(),
        Side::Client => prop_oneof![
            3 => message,
            1 => plain,
            1 => line(&["SUB", "sub"], 2, 3),
            1 => line(&["UNSUB", "unsub"], 1, 2),
            1 => line(&["CONNECT", "connect"], 0, 2),
        ]
        .boxed(),
    }
}

/// Feeds a stream in pieces into chunks that are kept, or left for another with the tail moved.
fn piecewise(
    side: Side,
    stream: &[u8],
    pieces: &[(usize, bool)],
) -> (Vec<String>, Option<ProtocolError>, usize) {
    let mut decoder = Decoder::new(LIMITS);
    let (mut ops, mut chunk, mut at, mut rest) = (Vec::new(), Vec::new(), 0, stream);
    let mut pieces = pieces.iter().cycle();
    while !rest.is_empty() {
        let &(length, moves) = pieces.next().unwrap();
        let (piece, behind) = rest.split_at(length.min(rest.len()));
        rest = behind;
        if moves {
            chunk.drain(..at);
            at = 0;
        }
        chunk.extend_from_slice(piece);
        loop {
            match side.next(&mut decoder, &chunk, &mut at) {
                Ok(Some(op)) => ops.push(op),
                Ok(None) => break,
                Err(error) => return (ops, Some(error), 0),
            }
        }
        let needs = decoder.needs();
        assert!(needs == 0 || needs > chunk.len() - at);
        assert!(needs <= 16 + 4_096 + LIMITS.line + LIMITS.message + 2);
    }
    (ops, None, chunk.len() - at)
}

fn pieces() -> impl Strategy<Value = Vec<(usize, bool)>> {
    proptest::collection::vec((prop_oneof![1_usize..4, 1_usize..80], any::<bool>()), 1..12)
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Server), Just(Side::Client)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_split_of_a_stream_says_the_same(
        (side, ops) in side().prop_flat_map(|side| (Just(side), proptest::collection::vec(operation(side), 1..20))),
        pieces in pieces(),
    ) {
        let stream = ops.concat();
        let at_once = whole(side, LIMITS, &stream);
        prop_assert_eq!(at_once.0.len(), ops.len());
        prop_assert_eq!((&at_once.1, at_once.2), (&None, 0));
        prop_assert_eq!(piecewise(side, &stream, &pieces), at_once);
    }

    #[test]
    fn c106_hostile_bytes_say_the_same_in_any_split_and_never_panic(
        side in side(),
        parts in proptest::collection::vec(prop_oneof![
            operation(Side::Server),
            operation(Side::Client),
            proptest::collection::vec(any::<u8>(), 0..8),
            "(MSG|HMSG|PUB|HPUB|SUB|UNSUB|-ERR|CONNECT|INFO)[ \t]{0,2}([a-z0-9-]{0,12} ){0,6}(\r?\n)?".prop_map(String::into_bytes),
        ], 0..8),
        pieces in pieces(),
    ) {
        let stream = parts.concat();
        let (ops, error, _) = whole(side, LIMITS, &stream);
        let (split_ops, split_error, _) = piecewise(side, &stream, &pieces);
        prop_assert_eq!(split_ops, ops);
        prop_assert_eq!(split_error.is_some(), error.is_some());
    }
}
