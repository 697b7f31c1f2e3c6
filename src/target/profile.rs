//! What would lead AWS's clients elsewhere: variables and profiles that name endpoints.
//!
//! A run that believes to be on AWS and is on an emulator is green for nothing.
#![expect(
    deprecated,
    reason = "the new name of ProfileFiles is in a crate that aws-config keeps to itself"
)]

use aws_config::profile::{ProfileSet, load, profile_file::ProfileFiles};
use aws_types::os_shim_internal::{Env, Fs};

use crate::error::{Error, Result};

/// The keys of a profile that name endpoints.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>
const ELSEWHERE: [&str; 2] = ["endpoint_url", "services"];

/// How many profiles may take their keys from one another.
const LONGEST_CHAIN: usize = 16;

/// Refuses any `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_SERVICE` that is set.
pub(super) fn refuse_variables(environment: &[(String, String)]) -> Result<()> {
    let leads_away = |(name, value): &&(String, String)| {
        name.starts_with("AWS_ENDPOINT_URL") && !value.is_empty()
    };
    match environment.iter().find(leads_away) {
        None => Ok(()),
        Some((name, _)) => Err(Error::Usage(format!(
            "{name} is set, and leads away from AWS; unset it, or use --target URL"
        ))),
    }
}

/// Refuses a profile that names endpoints, and one whose keys come from such a profile. Without a
/// name it is the profile that the SDK would choose itself.
pub(super) async fn refuse_endpoints(
    name: Option<&str>,
    environment: &[(String, String)],
) -> Result<()> {
    let pairs: Vec<_> = environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let (env, files) = (Env::from_slice(&pairs), ProfileFiles::default());
    let selected = name.map(|name| name.to_owned().into());
    let profiles = load(&Fs::real(), &env, &files, selected).await;
    let profiles = profiles.map_err(|error| {
        let cause = super::refusal::innermost(&error);
        Error::Usage(format!(
            "the files of ~/.aws cannot be read ({cause}); mend them"
        ))
    })?;
    check(&profiles)
}

fn check(profiles: &ProfileSet) -> Result<()> {
    let mut name = profiles.selected_profile().to_owned();
    for _ in 0..LONGEST_CHAIN {
        let Some(profile) = profiles.get_profile(&name) else {
            return Ok(());
        };
        if let Some(key) = ELSEWHERE.iter().find(|key| profile.get(key).is_some()) {
            return Err(Error::Usage(format!(
                "the profile {name:?} sets {key}, which leads away from AWS; remove it, choose \
                 another --profile, or use --target URL"
            )));
        }
        match profile.get("source_profile") {
            Some(source) if source != name => source.clone_into(&mut name),
            _ => return Ok(()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    async fn checked(config: &str, selected: &str) -> Result<()> {
        let fs = Fs::from_slice(&[("config", config)]);
        let env = Env::from_slice(&[("AWS_CONFIG_FILE", "config"), ("HOME", "/nowhere")]);
        let selected = (!selected.is_empty()).then(|| selected.to_owned().into());
        check(
            &load(&fs, &env, &ProfileFiles::default(), selected)
                .await
                .unwrap(),
        )
    }

    #[rstest]
    #[case::default("[default]\nendpoint_url = http://localhost:4566", "", "endpoint_url")]
    #[case::named(
        "[profile a]\nendpoint_url = http://localhost:4566",
        "a",
        "endpoint_url"
    )]
    #[case::services(
        "[profile a]\nservices = fake\n[services fake]\ns3 =\n  endpoint_url = http://localhost",
        "a",
        "services"
    )]
    #[case::source(
        "[profile a]\nsource_profile = b\n[profile b]\nendpoint_url = http://x",
        "a",
        "\"b\""
    )]
    #[case::two_away(
        "[profile a]\nsource_profile=b\n[profile b]\nsource_profile=c\n[profile c]\nendpoint_url=http://x",
        "a",
        "\"c\""
    )]
    #[tokio::test]
    async fn a_profile_that_leads_away_from_aws_is_refused(
        #[case] config: &str,
        #[case] selected: &str,
        #[case] word: &str,
    ) {
        let error = checked(config, selected).await.unwrap_err();
        assert_eq!(error.exit_code() as u8, 2);
        assert!(error.to_string().contains(word), "{error}");
    }

    #[rstest]
    #[case::none("", "")]
    #[case::plain("[profile a]\nregion = eu-west-1", "a")]
    #[case::other(
        "[default]\nregion = eu-west-1\n[profile b]\nendpoint_url = http://x",
        ""
    )]
    #[case::itself(
        "[profile a]\nsource_profile = a\nrole_arn = arn:aws:iam::1:role/x",
        "a"
    )]
    #[case::circle(
        "[profile a]\nsource_profile = b\n[profile b]\nsource_profile = a",
        "a"
    )]
    #[case::missing("[profile a]\nsource_profile = b", "a")]
    #[tokio::test]
    async fn a_profile_that_names_no_endpoint_will_do(
        #[case] config: &str,
        #[case] selected: &str,
    ) {
        checked(config, selected).await.unwrap();
    }

    #[rstest]
    #[case("AWS_ENDPOINT_URL")]
    #[case("AWS_ENDPOINT_URL_S3")]
    #[case("AWS_ENDPOINT_URL_STS")]
    #[case("AWS_ENDPOINT_URL_ANYTHING_NEW")]
    fn a_variable_that_leads_away_from_aws_is_refused(#[case] name: &str) {
        let set = |value: &str| vec![(name.to_owned(), value.to_owned())];
        let error = refuse_variables(&set("http://localhost:4566")).unwrap_err();
        assert!(error.to_string().starts_with(name), "{error}");
        refuse_variables(&set("")).unwrap();
    }
}
