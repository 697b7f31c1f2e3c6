//! Documents that name their buckets by side, for a pair that is there.

use super::Pair;
use super::rules::{arn, region};

/// The document with the ARNs of the pair's buckets and of the role in the place of `{source}`,
/// `{destination}` and so on, `{nowhere}` and `{role}`.
#[must_use]
pub fn resolved(document: &str, pair: &Pair, role: &str) -> String {
    let arn = |name: &str| arn(name, region(pair));
    let text = document.replace("{role}", role);
    let text = text.replace("{nowhere}", &arn(&nowhere(pair)));
    let buckets = pair.buckets.iter();
    buckets.fold(text, |text, bucket| {
        text.replace(&format!("{{{}}}", bucket.side), &arn(&bucket.name))
    })
}

/// The name of a bucket that is not there: names of fresh pairs are random.
#[must_use]
pub fn nowhere(pair: &Pair) -> String {
    let source = pair.bucket(crate::history::Side::Source);
    let cut = source.len().min(61);
    format!("{}-n", source[..cut].trim_end_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{Bucket, Side};

    #[test]
    fn sides_become_arns_and_nowhere_is_no_bucket_of_the_pair() {
        let bucket = |side, name: &str| Bucket {
            side,
            name: name.to_owned(),
            region: "cn-north-1".to_owned(),
        };
        let pair = Pair {
            buckets: vec![
                bucket(Side::Source, "s"),
                bucket(Side::Destination(1), "d2"),
            ],
            existing: false,
            prefix: String::new(),
            run: String::new(),
            notes: Vec::new(),
        };
        let text = resolved("{source} {destination-2} {nowhere} {role}", &pair, "r");
        assert_eq!(
            text,
            "arn:aws-cn:s3:::s arn:aws-cn:s3:::d2 arn:aws-cn:s3:::s-n r"
        );
    }
}
