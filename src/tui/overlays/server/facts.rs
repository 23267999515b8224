//! What the server in use says of itself, in as many columns as fit.

use ratatui::text::{Line, Span};

use super::attempts;
use crate::{
    client::TlsInfo,
    protocol::Info,
    text::{size, visible},
    tui::{
        app::{App, Phase},
        theme::Theme,
        widgets::{
            fit::{left, window},
            width,
        },
    },
};

/// Cells of a label and the blanks behind it.
const LABEL: usize = 13;
/// Cells that a column has at least, and the most columns there are.
const COLUMN: usize = 28;
const MOST_COLUMNS: usize = 3;
/// A value takes no more lines than this.
const MOST_LINES: usize = 3;

/// A label and what stands behind it.
struct Fact {
    label: &'static str,
    value: String,
    alarming: bool,
}

/// Lines that the facts take, or will take once there are some.
pub fn height(app: &App, cells: usize) -> usize {
    match app.phase {
        Phase::Connected { .. } => lines(app, cells).len(),
        _ => usual_height(cells),
    }
}

/// The facts in lines of so many cells; what failed, while there are none.
pub fn lines<'a>(app: &App, cells: usize) -> Vec<Line<'a>> {
    match &app.phase {
        Phase::Connected { info, tls, .. } => arranged(&app.theme, &facts(info, *tls), cells),
        _ => attempts::lines(app, cells),
    }
}

fn facts(info: &Info, tls: Option<TlsInfo>) -> Vec<Fact> {
    let fact = |label, value: &str| Fact {
        label,
        value: match value {
            "" => "none".to_owned(),
            value => visible(value.as_bytes()).into_owned(),
        },
        alarming: false,
    };
    let yes = |label, yes| fact(label, if yes { "yes" } else { "no" });
    let encryption = match tls {
        Some(tls) if tls.verified => format!("{}, verified", tls.version),
        Some(tls) => format!("{}, NOT CHECKED", tls.version),
        None if info.tls_available => "no, but offered".to_owned(),
        None => "no".to_owned(),
    };
    let max_payload = match u64::try_from(info.max_payload) {
        Ok(bytes @ 1..) => size::rounded(bytes),
        _ => "unlimited".to_owned(),
    };
    vec![
        fact("name", &info.server_name),
        fact("version", &info.version),
        fact("cluster", info.cluster.as_deref().unwrap_or_default()),
        fact("address", &format!("{}:{}", info.host, info.port)),
        fact("protocol", &info.proto.to_string()),
        fact("client id", &info.client_id.to_string()),
        fact("client ip", &info.client_ip),
        Fact {
            alarming: tls.is_some_and(|tls| !tls.verified),
            ..fact("TLS", &encryption)
        },
        fact(
            "auth",
            if info.auth_required {
                "required"
            } else {
                "not required"
            },
        ),
        fact("max payload", &max_payload),
        yes("headers", info.headers),
        yes("JetStream", info.jetstream),
        fact("id", &info.server_id),
    ]
}

/// Columns side by side, each read downwards; what is too long for one stands below, across all.
fn arranged<'a>(theme: &Theme, facts: &[Fact], cells: usize) -> Vec<Line<'a>> {
    let columns = columns(cells);
    let column = cells / columns;
    let room = column.saturating_sub(LABEL + 1);
    let (short, long): (Vec<&Fact>, Vec<&Fact>) =
        facts.iter().partition(|fact| width(&fact.value) <= room);
    let rows = short.len().div_ceil(columns);
    let across = (0..rows).map(|row| {
        let cell = |n: usize| short.get(n * rows + row);
        let spans = (0..columns).filter_map(cell).flat_map(|fact| {
            let value = left(&fact.value, column.saturating_sub(LABEL));
            spans(theme, fact.label, value, fact.alarming)
        });
        Line::from_iter(spans)
    });
    let below = long.iter().flat_map(|fact| {
        let room = cells.saturating_sub(LABEL).max(1);
        let lines = width(&fact.value).div_ceil(room).min(MOST_LINES);
        (0..lines).map(move |line| {
            let value = window(&fact.value, line * room, room);
            let label = if line == 0 { fact.label } else { "" };
            Line::from_iter(spans(theme, label, value, fact.alarming))
        })
    });
    across.chain(below).collect()
}

fn spans<'a>(theme: &Theme, label: &str, value: String, alarming: bool) -> [Span<'a>; 2] {
    let style = if alarming { theme.bad } else { theme.text };
    let label = format!("{label:LABEL$}");
    [Span::styled(label, theme.dim), Span::styled(value, style)]
}

fn columns(cells: usize) -> usize {
    (cells / COLUMN).clamp(1, MOST_COLUMNS)
}

/// Lines of facts that are as long as they mostly are: the id across, the others in columns.
fn usual_height(cells: usize) -> usize {
    const ID: usize = 56;
    let facts = facts(&Info::default(), None).len() - 1;
    facts.div_ceil(columns(cells)) + ID.div_ceil(cells.saturating_sub(LABEL).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(info: &Info, tls: Option<TlsInfo>, cells: usize) -> Vec<String> {
        let lines = arranged(&Theme::plain(), &facts(info, tls), cells);
        lines
            .iter()
            .map(|line| line.to_string().trim_end().to_owned())
            .collect()
    }

    #[test]
    fn no_line_is_too_wide_and_every_fact_is_there_whole() {
        let info = Info {
            server_name: "the.name.of.a.server.somewhere".into(),
            server_id: "N".repeat(56),
            version: "2.15.1".into(),
            host: "0.0.0.0".into(),
            port: 4222,
            client_ip: "127.0.0.1".into(),
            max_payload: 1 << 20,
            ..Info::default()
        };
        for cells in [36, 56, 92, 120] {
            let lines = shown(&info, None, cells);
            assert!(lines.iter().all(|line| width(line) <= cells), "{lines:#?}");
            let all = lines.join("\n");
            for text in ["2.15.1", "0.0.0.0:4222", "127.0.0.1", "1.0 MB"] {
                assert!(all.contains(text), "{text} at {cells}:\n{all}");
            }
            for label in facts(&info, None).iter().map(|fact| fact.label) {
                assert!(all.contains(label), "{label} at {cells}:\n{all}");
            }
        }
        let narrow = shown(&info, None, 56);
        let id = narrow
            .iter()
            .map(|line| line.matches('N').count())
            .sum::<usize>();
        assert_eq!(id, 56, "{narrow:#?}");
        let wide = shown(&info, None, 120).join("\n");
        assert!(
            wide.contains(&info.server_id) && wide.contains(&info.server_name),
            "{wide}"
        );
    }

    #[test]
    fn what_protects_the_connection_is_told() {
        let tls = |verified| {
            Some(TlsInfo {
                version: "TLS 1.3",
                verified,
            })
        };
        let offered = Info {
            tls_available: true,
            ..Info::default()
        };
        for (info, tls, expected, alarming) in [
            (Info::default(), None, "no", false),
            (offered, None, "no, but offered", false),
            (Info::default(), tls(true), "TLS 1.3, verified", false),
            (Info::default(), tls(false), "TLS 1.3, NOT CHECKED", true),
        ] {
            let facts = facts(&info, tls);
            let fact = facts.iter().find(|fact| fact.label == "TLS").unwrap();
            assert_eq!((&*fact.value, fact.alarming), (expected, alarming));
        }
    }
}
