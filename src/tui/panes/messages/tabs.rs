//! The tabs above the log: all messages, and what each filter with a name shows.

use ratatui::buffer::Buffer;

use super::{filter, line};
use crate::{
    settings::SavedFilter,
    text::visible,
    tui::{
        app::{App, Effect, Job, Level, Now},
        overlays::Overlay,
        widgets::{fit, width},
    },
};

/// Cells of a name.
const NAME: usize = 24;

/// Rows of the log that the tabs take: none as long as no filter has a name.
pub fn height(app: &App) -> u16 {
    u16::from(!app.messages.filters.saved.is_empty())
}

/// Takes what the file of filters holds.
pub fn loaded(app: &mut App, loaded: Result<Vec<SavedFilter>, String>, now: Now) {
    let filters = &mut app.messages.filters;
    let told = filters.unreadable.take();
    match loaded {
        Ok(saved) => filters.saved = saved,
        // the file is looked at whenever the terminal is: once is enough
        Err(reason) if told.as_ref() == Some(&reason) => filters.unreadable = told,
        Err(reason) => {
            filters.unreadable = Some(reason.clone());
            app.toasts.show(Level::Failed, reason, now.instant);
        }
    }
}

/// Goes to a tab further on, around at the ends. A filter without a name stands before the first.
pub fn step(app: &mut App, steps: isize, now: Now) {
    let saved = &app.messages.filters.saved;
    if saved.is_empty() {
        let text = "No filter has a name yet: & filters, and Ctrl-S there names it.";
        return app.toasts.show(Level::Notice, text, now.instant);
    }
    let here = match chosen(app) {
        Some(tab) => tab as isize + steps,
        None if steps > 0 => 0,
        None => -1,
    };
    let tab = here.rem_euclid(saved.len() as isize + 1) as usize;
    choose(app, tab, now);
}

/// Goes to a tab by its number.
pub fn choose(app: &mut App, tab: usize, now: Now) {
    let saved = &app.messages.filters.saved;
    let expression = tab
        .checked_sub(1)
        .and_then(|saved_at| saved.get(saved_at))
        .map_or(String::new(), |filter| filter.expression.clone());
    filter::apply(app, &expression, now);
}

/// The tab that shows what is shown now; 0 shows everything.
fn chosen(app: &App) -> Option<usize> {
    let filters = &app.messages.filters;
    if filters.text().is_empty() {
        return Some(0);
    }
    let mut saved = filters.saved.iter();
    saved
        .position(|saved| saved.expression.trim() == filters.text())
        .map(|at| at + 1)
}

/// Asks for a name of the filter in force.
pub fn ask_name(app: &mut App, now: Now) {
    let expression = app.messages.filters.text().to_owned();
    if expression.is_empty() {
        let text = "There is no filter to name: everything is shown.";
        return app.toasts.show(Level::Notice, text, now.instant);
    }
    let saved = app.messages.filters.saved.iter();
    let name = saved
        .filter(|saved| saved.expression.trim() == expression)
        .map(|saved| saved.name.clone())
        .next();
    app.overlays
        .push(Overlay::name_filter(expression, &name.unwrap_or_default()));
}

/// Names a filter; an empty name takes its name away. The line in which it was typed is done with.
pub fn name(app: &mut App, expression: &str, name: &str) -> Vec<Effect> {
    line::named(app);
    let name = name.trim();
    let saved = app.messages.filters.saved.iter();
    let jobs: Vec<Job> = if name.is_empty() {
        saved
            .filter(|saved| saved.expression.trim() == expression)
            .map(|saved| Job::SaveFilter {
                name: saved.name.clone(),
                expression: None,
            })
            .collect()
    } else {
        vec![Job::SaveFilter {
            name: name.to_owned(),
            expression: Some(expression.to_owned()),
        }]
    };
    jobs.into_iter().map(Effect::Job).collect()
}

/// The tabs that have room: their numbers, first columns and texts. The row begins so that the chosen
/// one is among them.
fn places(app: &App) -> Vec<(usize, u16, String)> {
    let area = app.layout.filters;
    if area.is_empty() {
        return Vec::new();
    }
    let names = app.messages.filters.saved.iter();
    let names = names.map(|saved| visible(saved.name.as_bytes()).into_owned());
    let texts: Vec<String> = std::iter::once("all".to_owned())
        .chain(names)
        .map(|name| format!(" {} ", fit(&name, NAME)))
        .collect();
    // a blank stands behind each, and behind the last one none has to
    let cells = |text: &String| width(text) as u16 + 1;
    let room = |left: &mut u16, text: &String| {
        *left = left.checked_sub(cells(text))?;
        Some(())
    };
    let up_to_chosen = texts.iter().take(chosen(app).unwrap_or(0) + 1);
    let count = up_to_chosen.len();
    let first = count - up_to_chosen.rev().scan(area.width + 1, room).count();
    let (mut x, mut left) = (area.x, area.width + 1);
    let mut places = Vec::new();
    for (tab, text) in texts.into_iter().enumerate().skip(first) {
        if room(&mut left, &text).is_none() {
            break;
        }
        let next = x + cells(&text);
        places.push((tab, x, text));
        x = next;
    }
    places
}

/// The tab at a column.
pub fn at(app: &App, column: u16) -> Option<usize> {
    let found = places(app).into_iter().find(|(_, x, text)| {
        let end = *x + width(text) as u16;
        (*x..end).contains(&column)
    });
    found.map(|(tab, ..)| tab)
}

/// Draws them into their row.
pub fn draw(app: &App, buffer: &mut Buffer) {
    let (y, theme, chosen) = (app.layout.filters.y, &app.theme, chosen(app));
    for (tab, x, text) in places(app) {
        let style = if chosen == Some(tab) {
            theme.chosen
        } else {
            theme.dim
        };
        buffer.set_string(x, y, text, style);
    }
}
