//! `goingnats context`: natscli's contexts, and where every value in force came from.

use anyhow::Result;
use serde::Serialize;

use super::{
    arguments::{Context as Arguments, ContextCommand},
    exit::Exit,
    output::{Output, tell},
    warn::warn,
};
use crate::{
    context::{Environment, Flags, Origin, Settings, load_all, resolve, shown_servers},
    text::visible,
    text::visible_json,
};

/// Prints the list, or what is in force.
pub fn context(arguments: Arguments, flags: Flags, environment: &Environment) -> Result<Exit> {
    let mut output = Output::new();
    match arguments.command {
        None | Some(ContextCommand::Ls) => list(&mut output, arguments.json, environment)?,
        Some(ContextCommand::Show { name }) => {
            let flags = Flags {
                no_context: flags.no_context && name.is_none(),
                context: name.or(flags.context),
                ..flags
            };
            let settings = resolve(&flags, environment)?;
            warn(&settings);
            show(&mut output, arguments.json, &settings)?;
        }
    }
    output.flush()?;
    Ok(Exit::Done)
}

/// A context as `--json` prints it.
#[derive(Serialize)]
struct ListedJson<'a> {
    name: &'a str,
    selected: bool,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

fn list(output: &mut Output, json: bool, environment: &Environment) -> Result<()> {
    let contexts = load_all(environment);
    let width = |name: &str| visible(name.as_bytes()).chars().count();
    let names = contexts.iter().map(|context| width(&context.name)).max();
    for context in &contexts {
        let url = context.url.as_ref().map(shown_servers);
        let error = context.problem.as_ref().map(ToString::to_string);
        if json {
            print_json(
                output,
                &ListedJson {
                    name: &context.name,
                    selected: context.selected,
                    path: context.path.display().to_string(),
                    description: context.description.as_deref(),
                    url,
                    error,
                },
            )?;
            continue;
        }
        let star = if context.selected { '*' } else { ' ' };
        let line = [url, context.description.clone(), error]
            .into_iter()
            .flatten();
        let line = line.collect::<Vec<String>>().join("  ");
        let line = format!(
            "{star} {:names$}  {}",
            visible(context.name.as_bytes()),
            visible(line.as_bytes()),
            names = names.unwrap_or(0),
        );
        output.line(line.trim_end())?;
    }
    if contexts.is_empty() {
        tell("there are no contexts");
    }
    Ok(())
}

/// A value as `--json` prints it.
#[derive(Serialize)]
struct ValueJson<'a> {
    key: &'a str,
    value: &'a str,
    origin: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
}

fn show(output: &mut Output, json: bool, settings: &Settings) -> Result<()> {
    let mut values = settings.values();
    if let Some(context) = &settings.context {
        let row = |key, value, origin| crate::context::Value {
            key,
            value,
            origin,
            note: None,
        };
        let origin = Origin::Context(context.name.clone());
        let file = context.path.display().to_string();
        let description = context.description.clone();
        let rows = [
            Some(row(
                "context",
                context.name.to_string(),
                context.origin.clone(),
            )),
            Some(row("file", file, context.origin.clone())),
            description.map(|description| row("description", description, origin)),
        ];
        values.splice(0..0, rows.into_iter().flatten());
    }
    let keys = values
        .iter()
        .map(|value| value.key.len())
        .max()
        .unwrap_or(0);
    let widest = |value: &crate::context::Value| visible(value.value.as_bytes()).chars().count();
    let texts = values.iter().map(widest).max().unwrap_or(0).min(40);
    for value in &values {
        let origin = value.origin.to_string();
        if json {
            print_json(
                output,
                &ValueJson {
                    key: value.key,
                    value: &value.value,
                    origin,
                    note: value.note,
                },
            )?;
            continue;
        }
        let note = value.note.map(|note| format!("  ({note})"));
        output.line(format_args!(
            "{:keys$}  {:texts$}  {origin}{}",
            value.key,
            visible(value.value.as_bytes()),
            note.unwrap_or_default(),
        ))?;
    }
    if let Some(withheld) = settings.would_withhold()? {
        tell(withheld);
    }
    Ok(())
}

fn print_json(output: &mut Output, value: &impl Serialize) -> Result<()> {
    let json = serde_json::to_string(value)?;
    Ok(output.line(visible_json(&json))?)
}
