//! Additional checksums are kept (R-DATA-16).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let algorithms = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"];
    let put = |name: &str| Step::put(name, name, Object::default().with_checksum(name));
    Scenario::new("checksums", "all five additional checksums are kept by the replica")
        .proves(["R-DATA-16"])
        .steps(algorithms.map(put))
        .checks([check(CheckKind::Arrives), check(CheckKind::Checksums)])
}
