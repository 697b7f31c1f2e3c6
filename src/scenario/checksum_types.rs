//! Checksums of uploads in parts keep their type: of the whole object, or composite (R-DATA-16).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let types = [
        ("CRC32", "FULL_OBJECT"),
        ("CRC32C", "FULL_OBJECT"),
        ("CRC64NVME", "FULL_OBJECT"),
        ("CRC32", "COMPOSITE"),
        ("CRC32C", "COMPOSITE"),
        ("SHA1", "COMPOSITE"),
        ("SHA256", "COMPOSITE"),
    ];
    let upload = |(algorithm, kind): (&str, &str)| {
        let object = Object::sized((5 << 20) + 7).with_checksum(algorithm).with_checksum_type(kind);
        let label = format!("{algorithm}-{kind}");
        Step::multipart(&label, &label, object, 5 << 20)
    };
    Scenario::new("checksum-types", "uploads in parts keep full-object and composite checksums")
        .proves(["R-DATA-16"])
        .steps(types.map(upload))
        .checks([check(CheckKind::Arrives), check(CheckKind::Checksums)])
}
