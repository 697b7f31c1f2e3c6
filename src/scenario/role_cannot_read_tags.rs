//! Without the right to read tags an object travels without them (R-IAM-04, where AWS's pages
//! contradict each other, and R-IAM-05: the right to write tags comes with the object's).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let tagged = || Object::default().with_tag("team", "billing");
    Scenario::new("role-cannot-read-tags", "without the right to read tags they stay behind")
        .proves(["R-IAM-04", "R-IAM-05"])
        .needs([Capability::FreshPair, Capability::DenyReplication])
        .steps([
            Step::deny(["s3:GetObjectVersionTagging"]),
            Step::put("untagged", "untagged", tagged()),
            Step::await_replicas("untagged"),
            Step::Restore,
            Step::put("tagged", "tagged", tagged()),
        ])
        .checks([check(CheckKind::Arrives), check(CheckKind::Tags)])
}
