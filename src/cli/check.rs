//! `bucketpair check`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::ended;
use super::output::OutputFlags;
use super::targeting::TargetFlags;
use crate::config::Variables;
use crate::error::{Error, ExitCode, Result};
use crate::runner::{self, Copied};

const CHECK_EXAMPLES: &str = "\
Examples:
  aws s3 cp testfile s3://my-source
  bucketpair check testfile --pair my-source,my-replica --target URL
  bucketpair check photos/*.jpg --prefix photos/ --pair my-source,my-replica
  bucketpair check testfile --key renamed --pair my-source,my-replica

Exit codes:
  0  every replica is there and the same   2  usage: no pair, an unreadable file
  1  one is not, or the source is not      3  nothing to assert: not in the source, or
                                              under KMS and no rule names a key
  5  the endpoint does not answer        130  interrupted

`bucketpair explain s3://my-source/KEY` says why a replica is not there.";

/// Asserts that files you have copied into the source, with any tool, are at the destination.
///
/// Writes nothing. Compares size and SHA-256 of each file with both sides, version ID, encryption
/// and replication status, and waits for the replica until the deadline. The key of a replica under
/// KMS has to be the one that the source's rules name, and to read it takes `kms:Decrypt` on both.
#[derive(Debug, Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub(super) struct CheckFiles {
    /// The files that were copied
    #[arg(value_name = "FILE", required = true)]
    pub(super) files: Vec<PathBuf>,

    /// What stands before each file's name in its key
    #[arg(
        long,
        value_name = "PREFIX",
        default_value = "",
        hide_default_value = true
    )]
    pub(super) prefix: String,

    /// The key of the one file, where it is not its name
    #[arg(long, value_name = "KEY", conflicts_with = "prefix")]
    pub(super) key: Option<String>,

    #[command(flatten)]
    pub(super) target: TargetFlags,

    #[command(flatten)]
    pub(super) output: OutputFlags,
}

/// Asserts the replicas of files that somebody copied.
pub(super) async fn check(arguments: CheckFiles, variables: Variables) -> Result<ExitCode> {
    let copied = copied(&arguments)?;
    let mut settings = variables.settings_below(arguments.target.target.as_deref())?;
    arguments.target.apply(&mut settings)?;
    settings.report = arguments.output.report.clone().or(settings.report);
    let folder = settings.report.as_deref();
    let output = arguments.output.output(folder, &variables)?;
    output.show(&runner::check_copied(settings, copied, |_| {}, ended()).await?)
}

/// Each file with its key.
fn copied(arguments: &CheckFiles) -> Result<Vec<Copied>> {
    if arguments.key.is_some() && arguments.files.len() > 1 {
        let several = "--key names the key of one file; give --prefix for several";
        return Err(Error::Usage(several.to_owned()));
    }
    let mut copied: Vec<Copied> = Vec::new();
    for file in &arguments.files {
        let key = match &arguments.key {
            Some(key) => key.clone(),
            None => format!("{}{}", arguments.prefix, name(file)?),
        };
        if let Some(other) = copied.iter().find(|other| other.key == key) {
            let (one, two) = (other.file.display(), file.display());
            return Err(Error::Usage(format!(
                "{one} and {two} have the same key {key}; check one of them, or give each its --prefix"
            )));
        }
        let file = file.clone();
        copied.push(Copied { file, key });
    }
    Ok(copied)
}

fn name(file: &Path) -> Result<String> {
    let no_file = |why: &str| {
        let file = file.display();
        Error::Usage(format!("{file} {why}; name the files themselves"))
    };
    if file.is_dir() {
        return Err(no_file("is a folder"));
    }
    let name = file.file_name().ok_or_else(|| no_file("has no name"))?;
    Ok(name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use rstest::rstest;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        check: CheckFiles,
    }

    fn keys(line: &str) -> Result<Vec<String>> {
        let line = Line::parse_from(line.split(' '));
        let copied = copied(&line.check)?;
        Ok(copied.into_iter().map(|copied| copied.key).collect())
    }

    #[rstest]
    #[case::name("check a/b.txt c", &["b.txt", "c"])]
    #[case::prefix("check a/b.txt c --prefix in/", &["in/b.txt", "in/c"])]
    #[case::key("check a/b.txt --key other/name", &["other/name"])]
    fn a_key_is_the_prefix_and_the_files_name(#[case] line: &str, #[case] expected: &[&str]) {
        assert_eq!(keys(line).unwrap(), expected);
    }

    #[rstest]
    #[case::one_key_for_two("check a b --key k", "--prefix")]
    #[case::two_of_one_name("check a/b c/b", "same key b")]
    #[case::folder("check /", "is a folder")]
    fn what_has_no_key_of_its_own_is_refused(#[case] line: &str, #[case] word: &str) {
        let error = keys(line).unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
    }
}
