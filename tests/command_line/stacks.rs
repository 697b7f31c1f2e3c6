//! `bucketpair stack` and `--stack`: what is refused before anything is made.

use super::*;

#[rstest]
#[case::embedded("stack up", 5, "the embedded pair offers no CloudFormation")]
#[case::embedded_status("stack status", 5, "--target localstack with LOCALSTACK_ENDPOINT")]
#[case::embedded_pair("run --stack archive", 5, "the embedded pair offers no CloudFormation")]
#[case::container("stack up --target localstack", 2, "set LOCALSTACK_ENDPOINT")]
#[case::account("stack up --target aws", 2, "BUCKETPAIR_ACCOUNT")]
#[case::account_down("stack down --delete-data --target aws", 2, "BUCKETPAIR_ACCOUNT")]
#[case::pair("stack up --pair a,b", 2, "--pair names a pair that is there")]
#[case::stack("stack down --stack archive", 2, "write it behind the verb")]
#[case::both("run --pair a,b --stack archive", 2, "cannot be used with")]
#[case::name("stack up my_stack", 2, "is no name for a stack")]
#[case::parameter("stack up --parameter Environment", 2, "write KEY=VALUE")]
#[case::template("stack up --source-template no/such.yaml", 2, "no/such.yaml")]
fn what_cannot_be_is_one_clear_line(#[case] line: &str, #[case] code: i32, #[case] words: &str) {
    let mut command = bucketpair();
    command.env_remove("LOCALSTACK_ENDPOINT");
    let output = command.args(line.split(' ')).output().unwrap();
    expect(&output, code, &[words]);
}

#[test]
fn two_variables_that_name_the_pair_contradict_each_other_and_a_flag_comes_before_both() {
    let with = |arguments: &[&str]| {
        let mut command = bucketpair();
        command.env("BUCKETPAIR_STACK", "archive");
        command.args(arguments);
        command
    };
    let mut both = with(&["run", "status"]);
    let both = both.env("BUCKETPAIR_PAIR", "a,b").output().unwrap();
    expect(&both, 2, &["BUCKETPAIR_PAIR", "BUCKETPAIR_STACK"]);
    let flag = with(&["run", "status", "--pair", "a,b"]).output().unwrap();
    let (_, out, error) = told(&flag);
    assert!(!error.contains("CloudFormation"), "{out}{error}");
}
