//! The smallest program that uses all of `tui::terminal`: it runs in this test binary, started
//! anew in a pseudo-terminal. `q` quits, `p` panics, `z` suspends, `e` edits, `m` turns the mouse
//! on; anything else is shown.

use std::time::Duration;

use goingnats::tui::terminal::editor::Editor;
use goingnats::tui::terminal::{
    Capabilities, Input, Inputs, Output, Screen, Signal, Signals, modes, suspend,
};
use ratatui::layout::Size;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};

use super::harness::Program;

const ON_STAGE: &str = "GOINGNATS_TEST_STAGE";

/// The program, ready to start.
pub fn program() -> Program {
    let this = std::env::current_exe().unwrap();
    let arguments = ["--ignored", "--exact", "pty::stage::stage", "--nocapture"];
    let program = Program::new(this.to_str().unwrap(), &arguments);
    program.env("RUST_TEST_THREADS", "1").env(ON_STAGE, "1")
}

#[test]
#[ignore = "not a test: the program of the tests in pty/terminal.rs"]
fn stage() {
    if std::env::var_os(ON_STAGE).is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let code = runtime.block_on(play());
        std::process::exit(code.into());
    }
}

async fn play() -> u8 {
    let capabilities = Capabilities::new(|name| std::env::var(name).ok(), true, true);
    modes::restore_on_panic(None);
    modes::enter(&capabilities).unwrap();
    let mut inputs = Inputs::terminal();
    let mut signals = Signals::listen().unwrap();
    let mut output = Output::terminal().unwrap();
    let (columns, rows) = crossterm::terminal::size().unwrap();
    let mut screen = Screen::new(Size::new(columns, rows));
    output.submit(modes::title("stage"));
    let (mut note, mut drawn) = ("ready".to_owned(), false);
    let code = loop {
        if output.ready() && !drawn {
            drawn = true;
            let frame = screen.draw(|frame| frame.render_widget(line(&note), frame.area()));
            output.submit(frame);
        }
        tokio::select! {
            written = output.written() => {
                if written.is_err() {
                    break 1;
                }
                continue;
            }
            signal = signals.next() => match signal {
                Signal::Stop => note = pause(&capabilities, &mut inputs, &mut signals, &mut screen).await,
                Signal::Continue => {
                    modes::reassert().unwrap();
                    screen.redraw_all();
                }
                ending => break ending.exit_code().unwrap_or(1),
            },
            input = inputs.next() => match input {
                None => break 1,
                Some(Input::Resize(columns, rows)) if screen.size() == Size::new(columns, rows) => {}
                Some(Input::Resize(columns, rows)) => {
                    screen.resize(Size::new(columns, rows));
                    note = format!("size {columns} {rows}");
                }
                Some(Input::Paste(text)) => note = format!("paste {text:?}"),
                Some(Input::Focus(focused)) => note = format!("focus {focused}"),
                Some(Input::Mouse(mouse)) => note = format!("mouse {:?}", mouse.kind),
                Some(Input::Key(key)) => match key.code.to_string().as_str() {
                    "q" => break 0,
                    "p" => panic!("planted panic"),
                    "m" => output.submit(modes::mouse(true)),
                    "f" => output.submit(vec![b' '; 16 << 20]),
                    "z" => note = pause(&capabilities, &mut inputs, &mut signals, &mut screen).await,
                    "e" => {
                        note = edit(&capabilities, &mut inputs, &mut screen);
                        signals.forget().await;
                    }
                    _ => note = format!("key {} {}", key.modifiers, key.code),
                },
            },
        }
        drawn = false;
    };
    // A key typed from now on is the shell's.
    drop(inputs);
    output.settle(Duration::from_millis(500)).await;
    modes::restore();
    code
}

fn line(note: &str) -> Line<'_> {
    let style = Style::new()
        .fg(Color::Red)
        .add_modifier(Modifier::REVERSED | Modifier::BOLD);
    Line::from_iter([
        Span::styled("stage", style),
        Span::raw(" "),
        Span::raw(note),
    ])
}

async fn pause(
    capabilities: &Capabilities,
    inputs: &mut Inputs,
    signals: &mut Signals,
    screen: &mut Screen,
) -> String {
    let result = suspend::suspend(capabilities, signals, inputs).await;
    screen.redraw_all();
    result.map_or_else(|error| error.to_string(), |()| "back".into())
}

fn edit(capabilities: &Capabilities, inputs: &mut Inputs, screen: &mut Screen) -> String {
    inputs.pause();
    let editor = Editor::new(|name| std::env::var(name).ok());
    let result = editor.and_then(|editor| editor.edit(b"old", ".json", capabilities));
    inputs.resume();
    screen.redraw_all();
    match result {
        Ok(None) => "unchanged".into(),
        Ok(Some(text)) => format!("edited {:?}", String::from_utf8_lossy(&text)),
        Err(error) => error.to_string(),
    }
}
