//! The frame of every HTML report: one file, no script, and a policy that lets nothing be fetched.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::wording::{Tone, moment, visible};
use crate::history::Header;

const STYLE: &str = include_str!("page.css");

/// What a page may load: its own styles, and nothing from anywhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// A whole page.
pub(super) fn page(title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                link rel="icon" href="data:,";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { (body) }
        }
    };
    page.into_string() + "\n"
}

/// What ran, where and when.
pub(super) fn environment(header: &Header, more: &[(&str, String)]) -> Markup {
    let target = &header.target;
    html! {
        h2 { "Environment" }
        dl {
            dt { "target" } dd { (target.name) ": " (visible(&target.engine)) }
            dt { "source" } dd { (target.source_region) " at " (target.source) }
            dt { "destination" } dd { (target.destination_region) " at " (target.destination) }
            dt { "began" } dd { (moment(header.started)) }
            dt { "run" } dd.mono { (header.run) }
            dt { "seed" } dd { (header.seed) }
            dt { "bucketpair" } dd { (header.bucketpair) }
            @for (name, value) in more { dt { (name) } dd { (value) } }
        }
    }
}

/// The class that gives a tone its colour.
pub(super) fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Bad => "bad",
        Tone::Unsure => "unsure",
        Tone::Quiet => "soft",
    }
}
