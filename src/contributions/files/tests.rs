use rstest::rstest;

use super::{Class::*, *};

#[rstest]
#[case("Cargo.lock", Lock)]
#[case("web/package-lock.json", Lock)]
#[case("web/pnpm-lock.yaml", Lock)]
#[case("build-configuration/Gemfile.lock", Lock)]
#[case("go.sum", Lock)]
#[case("infra/.terraform.lock.hcl", Lock)]
#[case("esy.lock/index.json", Written)]
#[case("node_modules/left-pad/index.js", Vendored)]
#[case("ios/Pods/AFNetworking/A.m", Vendored)]
#[case("src/Third_Party/zlib/inflate.c", Vendored)]
#[case("vendor/github.com/x/y.go", Vendored)]
#[case("src/vendor.rs", Written)]
#[case("src/vendoring/mod.rs", Written)]
#[case("js/jquery-3.7.1.js", Vendored)]
#[case("js/jquery.mine.js", Written)]
#[case("gradlew", Vendored)]
#[case("static/app.min.js", Minified)]
#[case("static/app-min.css", Minified)]
#[case("static/admin.js", Written)]
#[case("src/schema.pb.go", Generated)]
#[case("src/schema_pb2.py", Generated)]
#[case("src/types.generated.ts", Generated)]
#[case("src/parser_generated.rs", Generated)]
#[case("pkg/zz_generated.deepcopy.go", Generated)]
#[case("src/generated_names.rs", Written)]
#[case("tests/snapshots/cli.snap", Generated)]
#[case(".sqlx/query-0a.json", Generated)]
#[case("app/dist/index.js", Generated)]
#[case("static/app.js.map", Generated)]
#[case("src/lib.rs", Written)]
#[case("README.md", Documentation)]
#[case("draft-ietf-mls-protocol.md", Written)]
#[case(".github/workflows/ci.yml", Written)]
#[case("src/cache/lru.rs", Written)]
#[case("types/index.d.ts", Written)]
#[case("tests/fixtures/roster.csv", Written)]
#[case("Makefile", Written)]
#[case("docs/guide.md", Documentation)]
#[case("src/docs/guide.md", Written)]
#[case("docs/_build/index.html", Generated)]
#[case("docs/_static/jquery.js", Vendored)]
#[case("LICENSE", Documentation)]
#[case("examples/hello.rs", Written)]
#[case("src/changes.rs", Written)]
#[case("gradle/wrapper/gradle-wrapper.properties", Vendored)]
#[case("gradle/wrappers/a.gradle", Written)]
#[case("ios/Fabric.framework/run", Vendored)]
#[case("js/jquery-ui-1.13.custom.css", Vendored)]
#[case("js/bootstrap.js", Written)]
#[case("文档/说明.md", Written)]
fn a_path_tells_who_wrote_a_file(#[case] path: &str, #[case] expected: Class) {
    assert_eq!(class(path), expected);
}

#[rstest]
#[case("src/lib.rs", true)]
#[case("web/style.css", true)]
#[case("Makefile", true)]
#[case("src/CMakeLists.txt", true)]
#[case("notes.txt", false)]
#[case("src/words.JSON", false)]
#[case("src/guide.md", false)]
#[case("report/thesis.tex", false)]
#[case("logo.svg", false)]
#[case(".eslintrc", false)]
#[case(".eslintrc.js", true)]
#[case("AUTHORS", false)]
#[case("docs/conf.py", false)]
#[case("vendor/a.c", false)]
#[case("a.language-of-tomorrow", true)]
fn a_name_tells_whether_a_file_is_source(#[case] path: &str, #[case] expected: bool) {
    assert_eq!(is_source(path), expected);
}

#[test]
fn the_lists_are_in_lower_case_as_paths_are_compared() {
    let lists = [
        LOCK_FILES,
        LOCK_ENDINGS,
        MINIFIED_ENDINGS,
        GENERATED_FOLDERS,
        GENERATED_FILES,
        GENERATED_ENDINGS,
        DOCUMENTATION_AT_THE_ROOT,
        DOCUMENTATION_FOLDERS,
        DOCUMENTATION_WORDS,
    ];
    for word in lists.into_iter().chain(vendored::LISTS.iter().copied()).flatten() {
        assert_eq!(*word, word.to_ascii_lowercase());
    }
    assert_eq!(source::NO_PROGRAM, source::NO_PROGRAM.to_ascii_lowercase());
}
