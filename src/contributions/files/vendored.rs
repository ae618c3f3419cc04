//! Copies of other people's projects, by where they lie and what they are called: linguist's `vendor.yml`, written as lists.
//! It must not take a name that is a common word for a library's.

use super::Place;

pub(super) fn is(place: &Place<'_>) -> bool {
    place.is_below(FOLDERS)
        || place.folders.split('/').any(|folder| FOLDER_ENDINGS.iter().any(|ending| folder.ends_with(ending)))
        || FILES.contains(&place.name)
        || (place.folders.is_empty() && place.name == "rebar")
        || place.ends(ENDINGS)
        || is_style_of_a_library(place)
        || is_script_of_a_library(place.name)
}

const FOLDERS: &[&str] = &[
    ".google_apis",
    ".mvn/wrapper",
    ".yarn",
    "3rd-party",
    "3rd_party",
    "3rdparty",
    "ace-builds",
    "admin_media",
    "bootstrap-datepicker",
    "bower_components",
    "carthage",
    "codemirror/addon",
    "codemirror/keymap",
    "codemirror/lib",
    "codemirror/mode",
    "codemirror/theme",
    "extern",
    "external",
    "externals",
    "extjs",
    "flow-typed",
    "font-awesome",
    "fontawesome",
    "godeps",
    "gradle/wrapper",
    "mathjax",
    "node_modules",
    "pods",
    "puphpet",
    "select2",
    "third-party",
    "third_party",
    "thirdparty",
    "tiny_mce",
    "vendor",
    "vendors",
];

/// Bundles of Apple's tools.
const FOLDER_ENDINGS: &[&str] = &[".framework", ".imageset", ".xctemplate"];

const FILES: &[&str] = &[
    ".ds_store",
    ".indent.pro",
    ".osx",
    ".sublime-project",
    ".sublime-workspace",
    "_esy",
    "aclocal.m4",
    "activator",
    "activator.bat",
    "bootbox.js",
    "ckeditor.js",
    "config.guess",
    "config.sub",
    "configure",
    "control.fullscreen.css",
    "control.fullscreen.js",
    "cpplint.py",
    "dojo.js",
    "dotnet-install.ps1",
    "dotnet-install.sh",
    "erlang.mk",
    "fuelux.js",
    "gradlew",
    "gradlew.bat",
    "html5shiv.js",
    "leaflet.draw-src.js",
    "leaflet.draw.css",
    "leaflet.spin.js",
    "libtool.m4",
    "ltoptions.m4",
    "ltsugar.m4",
    "ltversion.m4",
    "lt~obsolete.m4",
    "mochikit.js",
    "mvnw",
    "mvnw.cmd",
    "octicons.css",
    "pdf.worker.js",
    "ppport.h",
    "run.n",
    "shcore.js",
    "shlegacy.js",
    "sprockets-octicons.scss",
    "waf",
    "wicket-leaflet.js",
];

const ENDINGS: &[&str] = &["-vsdoc.js", ".intellisense.js"];

/// Style sheets, by the name before the first dot.
const STYLES: &[&str] = &["animate", "bulma", "font-awesome", "fontawesome", "materialize", "normalize"];

fn is_style_of_a_library(place: &Place<'_>) -> bool {
    let is_style = place.ends(&[".css", ".less", ".sass", ".scss", ".styl"]);
    is_style && (STYLES.contains(&place.word()) || place.word().starts_with("fontello") || place.is_below(&["bourbon"]))
        || place.name == "materialize.js"
}

/// How scripts of libraries begin; what follows up to `.js` is a version, a part or nothing, without another dot unless a digit stands before it.
const SCRIPTS: &[&str] =
    &["cordova", "jquery", "knockout-", "modernizr-", "modernizr.custom.", "mootools", "shbrush", "tiny_mce", "yahoo-", "yui"];

/// How parts of jQuery, of Leaflet, and Microsoft's scripts for it begin.
const PARTS: &[&str] = &[
    "jquery-ui",
    "jquery.datatables.",
    "jquery.effects.",
    "jquery.fancybox.",
    "jquery.fileupload",
    "jquery.fn.gantt.",
    "jquery.ui.",
    "leaflet.coordinates-",
    "microsoftajax.",
    "microsoftmvcajax.",
    "microsoftmvcvalidation.",
    "slick.min",
];

fn is_script_of_a_library(name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".js").or_else(|| name.strip_suffix(".css")) else { return false };
    let is_part = PARTS.iter().any(|start| name.starts_with(start));
    let is_plugin =
        stem.starts_with("jquery") && [".validate", ".validate.unobtrusive", ".unobtrusive-ajax"].iter().any(|end| stem.ends_with(end));
    let rest = SCRIPTS.iter().find_map(|start| stem.strip_prefix(start));
    let is_script = rest.is_some_and(|rest| rest.split('.').rev().skip(1).all(|part| part.ends_with(|last: char| last.is_ascii_digit())));
    is_part || is_plugin || is_script
}

#[cfg(test)]
pub(super) const LISTS: &[&[&str]] = &[FOLDERS, FOLDER_ENDINGS, FILES, ENDINGS, STYLES, SCRIPTS, PARTS];
