//! Who overrides the owner of replicas names the account of the destination's owner (R-OWN-03).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let to = |account: &str| {
        let bucket = "<Bucket>{destination}</Bucket>";
        let owner = "<AccessControlTranslation><Owner>Destination</Owner></AccessControlTranslation>";
        Document::v2().with("Destination", format!("{bucket}{account}{owner}"))
    };
    let stranger = to("<Account>999999999999</Account>");
    Scenario::new("owner-account", "an override of the owner names the destination's account")
        .proves(["R-OWN-03"])
        .needs([Capability::FreshPair])
        .steps([
            Ask::put(&to("")).refused(400, ["InvalidRequest"]).step("without-account"),
            Ask::put(&to("<Account></Account>")).refused(400, []).step("empty-account"),
            Ask::put(&stranger).refused(400, ["InvalidArgument"]).step("stranger"),
        ])
        .checks([check(CheckKind::Answers)])
}
