//! What `--target` says.

use std::str::FromStr;

use super::address::Address;
use crate::error::{Error, Result};

/// Which target is meant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Choice {
    /// The embedded pair.
    #[default]
    Emulator,
    /// `LocalStack`.
    Localstack,
    /// Amazon S3.
    Aws,
    /// One S3 endpoint for both sides.
    Url(String),
    /// One S3 endpoint a side: source, destination.
    Urls(String, String),
}

const WORDS: [(&str, Choice); 3] = [
    ("emulator", Choice::Emulator),
    ("localstack", Choice::Localstack),
    ("aws", Choice::Aws),
];

impl FromStr for Choice {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        if let Some((_, choice)) = WORDS.iter().find(|(word, _)| *word == text) {
            return Ok(choice.clone());
        }
        if !text.contains("://") {
            return Err(unknown(text));
        }
        match text.split(',').map(str::trim).collect::<Vec<_>>()[..] {
            [one] => Ok(Self::Url(Address::parse(one)?.url)),
            [source, destination] => Ok(Self::Urls(
                Address::parse(source)?.url,
                Address::parse(destination)?.url,
            )),
            _ => Err(Error::Usage(format!(
                "the target {text:?} names more than two URLs; give one, or SOURCE,DESTINATION"
            ))),
        }
    }
}

fn unknown(text: &str) -> Error {
    let near = WORDS
        .iter()
        .map(|(word, _)| (distance(&text.to_lowercase(), word), *word))
        .filter(|(distance, word)| *distance * 2 < word.len())
        .min();
    let remedy = near.map_or_else(
        || "choose emulator, localstack, aws, or an http(s) URL".to_owned(),
        |(_, word)| format!("did you mean {word}?"),
    );
    Error::Usage(format!("there is no target {text:?}; {remedy}"))
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.chars().enumerate() {
            let substituted = diagonal + usize::from(left != right);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_urls_are_read() {
        assert_eq!("emulator".parse::<Choice>().unwrap(), Choice::Emulator);
        assert_eq!("localstack".parse::<Choice>().unwrap(), Choice::Localstack);
        assert_eq!("aws".parse::<Choice>().unwrap(), Choice::Aws);
        let one = Choice::Url("http://127.0.0.1:9000".to_owned());
        assert_eq!("http://127.0.0.1:9000/".parse::<Choice>().unwrap(), one);
        let two = Choice::Urls("http://a:1".to_owned(), "http://b:2".to_owned());
        assert_eq!("http://a:1, http://b:2".parse::<Choice>().unwrap(), two);
    }

    #[test]
    fn a_near_word_is_suggested() {
        for (text, near) in [
            ("emulater", "emulator"),
            ("LocalStack", "localstack"),
            ("asw", ""),
        ] {
            let message = text.parse::<Choice>().unwrap_err().to_string();
            assert!(message.contains(near), "{message}");
        }
        let message = "minio".parse::<Choice>().unwrap_err().to_string();
        assert!(message.ends_with("or an http(s) URL"), "{message}");
    }

    #[test]
    fn an_aws_url_on_either_side_is_refused() {
        for text in [
            "https://s3.amazonaws.com",
            "http://a:1,https://s3.amazonaws.com",
            "http://a,http://b,http://c",
        ] {
            assert_eq!(
                text.parse::<Choice>().unwrap_err().exit_code() as u8,
                2,
                "{text}"
            );
        }
    }
}
