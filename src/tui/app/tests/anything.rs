//! Whatever is pressed and whatever comes, in any order: no panic, and a screen of every size.

use std::time::Duration;

use proptest::{prelude::*, sample::select};

use super::{stage::Stage, switching};
use crate::{
    client::{Data, Error, Event, Gap, GapCause, PoolEntry, ServerState, Sid},
    tui::{
        app::{Action, Found, ingest, update},
        keymap::{Chord, TABLE},
        terminal::input::MouseKind,
    },
};

#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Paste(String),
    Resize(u16, u16),
    Mouse(MouseKind, u16, u16),
    Pass(u64),
    Message {
        sid: u64,
        subject: &'static str,
        reply: bool,
        payload: Vec<u8>,
        repeated: usize,
    },
    Connected,
    Disconnected,
    Refused(u64),
    Gap,
    Answered,
    Closed,
    Pool(Vec<PoolEntry>),
    Moving,
    MoveFailed,
    Rtt(u64),
    LameDuck,
    Listed,
    Found(u8),
    Draw,
}

const SERVERS: [&str; 4] = [
    "nats://127.0.0.1:4222",
    "nats://a:4222",
    "nats://b\u{202e}\x1b[2J日本:4222",
    "nats://a.host.with.a.name.that.is.longer.than.any.column.has.room.for.example:4222",
];

fn pool() -> impl Strategy<Value = Vec<PoolEntry>> {
    let states = vec![
        ServerState::Idle,
        ServerState::Dialing,
        ServerState::Connected,
        ServerState::Failed,
    ];
    let reason = select(vec![
        "refused",
        "one word after another, and many of them all the time",
    ]);
    let entry = (
        select(&SERVERS[..]),
        select(states),
        proptest::option::of(reason),
        any::<(bool, bool)>(),
    );
    let entry = entry.prop_map(
        |(server, state, reason, (discovered, lame_duck))| PoolEntry {
            server: server.to_owned(),
            discovered,
            state,
            last_error: reason.map(|reason| dial_error(server, reason)),
            lame_duck,
        },
    );
    proptest::collection::vec(entry, 0..60)
}

fn dial_error(server: &str, reason: &str) -> Error {
    Error::Dial {
        server: server.to_owned(),
        reason: reason.to_owned(),
    }
}
const KINDS: [MouseKind; 3] = [MouseKind::Click, MouseKind::WheelUp, MouseKind::WheelDown];

fn payload() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..40),
        "\\{\"[a-z]{1,5}\":[0-9]{1,9}\\}".prop_map(String::into_bytes),
        (1usize..400_000).prop_map(|size| vec![b'x'; size]),
        Just("\u{202e}日本語\x1b[2J\r\nPING\r\n".as_bytes().to_vec()),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let keys: Vec<String> = TABLE
        .iter()
        .flat_map(|row| row.keys)
        .map(|key| (*key).to_owned())
        .chain("abtT.>*% {}:\"0-14:5m".chars().map(|c| match c {
            ' ' => "Space".to_owned(),
            c => c.to_string(),
        }))
        .collect();
    let sid = || 0u64..108;
    let subject = select(vec![
        "t",
        "t.a",
        "t.a.b",
        "$SYS.x",
        "_INBOX.a.1",
        "\u{fffd}日",
    ]);
    prop_oneof![
        12 => select(keys).prop_map(Step::Key),
        1 => ".{0,30}".prop_map(Step::Paste),
        2 => (0u16..220, 0u16..60).prop_map(|(width, height)| Step::Resize(width, height)),
        3 => (select(KINDS.to_vec()), 0u16..220, 0u16..60)
            .prop_map(|(kind, column, row)| Step::Mouse(kind, column, row)),
        2 => (0u64..5_000).prop_map(Step::Pass),
        6 => (sid(), subject, any::<bool>(), payload(), 1usize..12).prop_map(
            |(sid, subject, reply, payload, repeated)| Step::Message { sid, subject, reply, payload, repeated }
        ),
        1 => Just(Step::Connected),
        1 => Just(Step::Disconnected),
        1 => sid().prop_map(Step::Refused),
        1 => Just(Step::Gap),
        1 => Just(Step::Answered),
        1 => Just(Step::Closed),
        2 => pool().prop_map(Step::Pool),
        1 => Just(Step::Moving),
        1 => Just(Step::MoveFailed),
        1 => any::<u64>().prop_map(Step::Rtt),
        1 => Just(Step::LameDuck),
        1 => Just(Step::Listed),
        2 => (0u8..3).prop_map(Step::Found),
        3 => Just(Step::Draw),
    ]
}

fn take(stage: &mut Stage, step: Step) {
    match step {
        Step::Key(key) => stage.key(key.parse::<Chord>().unwrap()),
        Step::Paste(text) => {
            let now = stage.now();
            update::act(&mut stage.app, Action::Paste(text), now);
        }
        Step::Resize(width, height) => stage.app.size = (width, height),
        Step::Mouse(kind, column, row) => {
            stage.app.mouse = true;
            stage.mouse(kind, column, row);
        }
        Step::Pass(milliseconds) => {
            stage.pass(milliseconds);
        }
        Step::Message {
            sid,
            subject,
            reply,
            payload,
            repeated,
        } => {
            for _ in 0..repeated {
                stage.data(Sid(sid), subject, reply.then_some("_INBOX.a.1"), &payload);
            }
        }
        Step::Connected => {
            stage.connect();
        }
        Step::Disconnected => {
            stage.event(Event::Disconnected {
                reason: dial_error(SERVERS[0], "connection refused"),
                retry_in: Duration::from_millis(1_600),
            });
        }
        Step::Refused(sid) => {
            let reason = Error::NoResponders {
                subject: "any".into(),
            };
            stage.event(Event::SubscriptionRefused {
                sid: Sid(sid),
                reason,
            });
        }
        Step::Gap => {
            let (at, lasted) = (stage.now().wall, Duration::from_secs(1));
            ingest::data(
                &mut stage.app,
                &Data::Gap(Gap {
                    cause: GapCause::Lost,
                    at,
                    lasted,
                }),
            );
        }
        Step::Answered => {
            stage.answered(Ok("reply"));
        }
        Step::Closed => {
            stage.event(Event::Closed { reason: None });
        }
        Step::Pool(entries) => {
            stage.event(Event::Pool(entries));
        }
        Step::Moving => {
            let server = SERVERS[2].to_owned();
            stage.event(Event::Moving { server });
        }
        Step::MoveFailed => {
            stage.event(Event::MoveFailed {
                server: SERVERS[2].to_owned(),
                reason: dial_error(SERVERS[2], "refused"),
            });
        }
        Step::Rtt(microseconds) => {
            stage.event(Event::Rtt(Duration::from_micros(microseconds)));
        }
        Step::LameDuck => {
            let server = SERVERS[0].to_owned();
            stage.event(Event::LameDuck { server });
        }
        Step::Listed => switching::list(stage),
        Step::Found(0) => {
            stage.found(switching::place("staging"));
        }
        Step::Found(1) => {
            stage.found(switching::withheld());
        }
        Step::Found(_) => {
            stage.found(Found::Unusable("no such file".into()));
        }
        Step::Draw => {
            stage.screen();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn nothing_panics_and_everything_can_be_drawn(
        steps in proptest::collection::vec(step(), 0..80),
        colours: bool,
    ) {
        let mut stage = Stage::unconnected(3 << 20);
        if !colours {
            stage.app.theme = crate::tui::theme::Theme::plain();
        }
        for step in steps {
            take(&mut stage, step);
        }
        stage.screen();
        let counters = stage.app.store.counters();
        prop_assert_eq!(
            counters.received + counters.sent,
            counters.kept + counters.evicted + counters.cleared + counters.dropped
        );
    }
}
