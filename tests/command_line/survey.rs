//! Surveys of servers that do not replicate, and the table made of them.

use super::{bucketpair, told};

const BROKEN: [&str; 7] = [
    "run",
    "tags",
    "disabled-rule",
    "--defect",
    "loses-replica",
    "--deadline",
    "300ms",
];

#[test]
fn a_run_ends_where_nothing_replicates_and_a_survey_goes_on_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, err) = told(&bucketpair().args(BROKEN).output().unwrap());
    assert_eq!(code, 5, "{out}{err}");
    assert!(!out.contains("tags"), "the run went on: {out}");

    let mut survey = bucketpair();
    survey.args(BROKEN).args(["--survey", "--report"]);
    let (code, out, err) = told(&survey.arg(folder.path()).output().unwrap());
    assert_eq!(code, 5, "{out}{err}");
    for line in ["✗  tags", "✗  disabled-rule", "!  preflight"] {
        assert!(out.contains(line), "expected {line:?} in: {out}");
    }

    let named = format!("broken={}", folder.path().display());
    let table = bucketpair().args(["conformance", &named]).output().unwrap();
    let (code, out, err) = told(&table);
    assert_eq!(code, 0, "{out}{err}");
    for line in [
        "| R-DATA-06 | ? |",
        "| R-RULE-16 | ? |",
        "| R-DATA-02 | – |",
        "| kept | 0 |",
    ] {
        assert!(out.contains(line), "expected {line:?} in: {out}");
    }
}

#[test]
fn a_folder_without_a_report_is_named_with_the_remedy() {
    let table = bucketpair()
        .args(["conformance", "mine=/no/such/folder"])
        .output();
    let (code, out, err) = told(&table.unwrap());
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("/no/such/folder/report.json"), "{err}");
    assert!(err.contains("bucketpair run --report DIR"), "{err}");
}
