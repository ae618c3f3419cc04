//! The licences that the Open Source Initiative approves, by their SPDX ids as GitHub writes them.
//! It must not guess: a licence that is not in the list is not approved. Source: the field `isOsiApproved` of the SPDX licence list 3.27.

/// GitHub's word for a licence that it cannot tell.
pub(super) const UNKNOWN: &str = "NOASSERTION";

/// In lower case and in order, with the short forms (`gpl-3.0`) that GitHub gives.
#[rustfmt::skip]
const OSI: &[&str] = &[
    "0bsd", "aal", "afl-1.1", "afl-1.2", "afl-2.0", "afl-2.1", "afl-3.0", "agpl-3.0", "agpl-3.0-only", "agpl-3.0-or-later",
    "apache-1.1", "apache-2.0", "apl-1.0", "apsl-1.0", "apsl-1.1", "apsl-1.2", "apsl-2.0", "artistic-1.0", "artistic-1.0-cl8",
    "artistic-1.0-perl", "artistic-2.0", "blueoak-1.0.0", "bsd-1-clause", "bsd-2-clause", "bsd-2-clause-patent", "bsd-3-clause",
    "bsd-3-clause-lbnl", "bsl-1.0", "cal-1.0", "cal-1.0-combined-work-exception", "catosl-1.1", "cddl-1.0", "cecill-2.1",
    "cern-ohl-p-2.0", "cern-ohl-s-2.0", "cern-ohl-w-2.0", "cnri-python", "cpal-1.0", "cpl-1.0", "cua-opl-1.0", "ecl-1.0", "ecl-2.0",
    "efl-1.0", "efl-2.0", "entessa", "epl-1.0", "epl-2.0", "eudatagrid", "eupl-1.1", "eupl-1.2", "fair", "frameworx-1.0", "gpl-2.0",
    "gpl-2.0+", "gpl-2.0-only", "gpl-2.0-or-later", "gpl-3.0", "gpl-3.0+", "gpl-3.0-only", "gpl-3.0-or-later", "hpnd", "icu",
    "intel", "ipa", "ipl-1.0", "isc", "jam", "lgpl-2.0", "lgpl-2.0+", "lgpl-2.0-only", "lgpl-2.0-or-later", "lgpl-2.1", "lgpl-2.1+",
    "lgpl-2.1-only", "lgpl-2.1-or-later", "lgpl-3.0", "lgpl-3.0+", "lgpl-3.0-only", "lgpl-3.0-or-later", "liliq-p-1.1",
    "liliq-r-1.1", "liliq-rplus-1.1", "lpl-1.0", "lpl-1.02", "lppl-1.3c", "miros", "mit", "mit-0", "mit-modern-variant", "motosoto",
    "mpl-1.0", "mpl-1.1", "mpl-2.0", "mpl-2.0-no-copyleft-exception", "ms-pl", "ms-rl", "mulanpsl-2.0", "multics", "nasa-1.3",
    "naumen", "ncsa", "ngpl", "nokia", "nposl-3.0", "ntp", "oclc-2.0", "ofl-1.1", "ofl-1.1-no-rfn", "ofl-1.1-rfn", "ogtsl",
    "oldap-2.8", "olfl-1.3", "osc-1.0", "oset-pl-2.1", "osl-1.0", "osl-2.0", "osl-2.1", "osl-3.0", "php-3.0", "php-3.01",
    "postgresql", "psf-2.0", "python-2.0", "qpl-1.0", "rpl-1.1", "rpl-1.5", "rpsl-1.0", "rscpl", "simpl-2.0", "sissl", "sleepycat",
    "spl-1.0", "ucl-1.0", "unicode-3.0", "unicode-dfs-2015", "unicode-dfs-2016", "unlicense", "upl-1.0", "vsl-1.0", "w3c",
    "watcom-1.0", "wxwindows", "xnet", "zlib", "zpl-2.0", "zpl-2.1",
];

pub(super) fn is_osi_approved(spdx: &str) -> bool {
    let lower = |id: &'static str| id.bytes();
    OSI.binary_search_by(|id| lower(id).cmp(spdx.bytes().map(|byte| byte.to_ascii_lowercase()))).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order_so_that_each_is_found() {
        assert!(OSI.is_sorted_by(|a, b| a.bytes().lt(b.bytes())));
        assert!(OSI.iter().all(|id| is_osi_approved(id) && is_osi_approved(&id.to_uppercase())));
    }

    #[test]
    fn what_is_not_open_source_is_not_in_it() {
        for id in ["NOASSERTION", "", "BUSL-1.1", "SSPL-1.0", "CC-BY-4.0", "CC-BY-NC-4.0", "CC0-1.0", "WTFPL", "Elastic-2.0", "JSON", "GPL"]
        {
            assert!(!is_osi_approved(id), "{id}");
        }
    }
}
