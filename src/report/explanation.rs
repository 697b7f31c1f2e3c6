//! One object explained, for people and for programs.

use std::fmt::Write as _;

use super::Look;
use super::diagnosis::wrapped;
use crate::explain::{AtDestination, Consideration, Explanation, Remedy};

/// The version of the format.
const VERSION: u32 = 1;

/// An explanation as text.
#[must_use]
pub fn explanation(explained: &Explanation, look: Look) -> String {
    let mut text = format!("{}\n  source  {}\n\n", explained.subject, explained.source);
    for consideration in &explained.rules {
        text.push_str(&considered(consideration, look));
    }
    for at in &explained.destinations {
        text.push_str(&destination(at, look));
    }
    text.trim_end().to_owned()
}

/// An explanation as one JSON document.
#[must_use]
pub fn explanation_json(explained: &Explanation) -> String {
    let mut document = serde_json::json!({
        "bucketpair_explain": VERSION,
        "exit_code": explained.exit_code() as u8,
    });
    let body = serde_json::to_value(explained).unwrap_or_default();
    if let (Some(document), serde_json::Value::Object(body)) = (document.as_object_mut(), body) {
        document.extend(body);
    }
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

fn considered(consideration: &Consideration, look: Look) -> String {
    let mark = match consideration.applies {
        true => look.green("✓"),
        false => look.dim("–"),
    };
    let (rule, filter) = (&consideration.rule, &consideration.filter);
    let rules = look.dim(&consideration.rule_ids.join(" "));
    let mut text = format!(
        "  {mark} rule {rule:?}: {filter} → {}  {rules}\n",
        consideration.destination
    );
    text.push_str(&wrapped("", &consideration.why));
    text
}

fn destination(at: &AtDestination, look: Look) -> String {
    let mark = match at.remedy {
        Remedy::Nothing => look.green("✓"),
        Remedy::Wait | Remedy::Look => look.yellow("?"),
        _ => look.red("✗"),
    };
    let bucket = at.bucket.as_deref().unwrap_or("nowhere");
    let rules = look.dim(&at.rule_ids.join(" "));
    let mut text = format!("\n  {mark} {bucket}  {rules}\n");
    let remedy = format!("{}: {}", at.remedy, at.how);
    for (name, prose) in [
        ("there", &at.there),
        ("reason", &at.reason),
        ("remedy", &remedy),
    ] {
        text.push_str(&wrapped(&format!("{name:6} "), prose));
    }
    for cause in &at.causes {
        let (kind, what, place) = (cause.kind, &cause.what, &cause.place);
        text.push_str(&wrapped("cause  ", &format!("{kind} at {place}: {what}")));
        text.push_str(&wrapped("fix    ", &cause.remedy));
        writeln!(text, "{:20}{}", "", look.dim(&cause.rule_ids.join(" ")))
            .expect("a String takes every write");
    }
    text
}
