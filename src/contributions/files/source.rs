//! Tells by its name whether a file is program source, or else data, prose or a picture.
//! It must not take what it does not know for data: a language of tomorrow is source.
//!
//! Sources: the endings that linguist's `languages.yml` gives to languages of the types `data` and `prose` alone, `.md`, and the common
//! formats of pictures, sounds, fonts, archives and office programs. Markup (HTML, CSS, notebooks) is source; TeX is not, since students write
//! reports in it.

/// Program source by its name, in lower case.
pub(super) fn is(name: &str) -> bool {
    match name.rsplit_once('.') {
        _ if PROGRAMS.contains(&name) => true,
        // A dot file without an ending, or a word without any: settings and notes.
        Some(("", _)) | None => false,
        Some((_, ending)) => !NO_PROGRAM.split_ascii_whitespace().any(|its| its == ending),
    }
}

/// Files without an ending of their own that are programs all the same.
const PROGRAMS: &[&str] = &[
    "bsdmakefile",
    "cmakelists.txt",
    "containerfile",
    "dangerfile",
    "dockerfile",
    "earthfile",
    "fastfile",
    "gnumakefile",
    "jenkinsfile",
    "justfile",
    "kbuild",
    "makefile",
    "meson_options.txt",
    "pkgbuild",
    "rakefile",
    "sconstruct",
    "snakefile",
    "vagrantfile",
    "wscript",
];

/// Endings of what is no program.
pub(super) const NO_PROGRAM: &str = "
    2da 4dform 4dproject 7z abnf adml admx adoc afm ai anim ant apacheconf arpa asciidoc asn asn1 asset avdl avi avsc axaml axml bdf
    bib bin bmp brd builds bz2 c++-objdump c++objdump c-objdump cabal caddyfile ccproj ccxml cff cfg cil clixml cmp cnf code-snippets
    code-workspace conll conllu cpp-objdump cppobjdump cproject cql crc32 creole cscfg csdef csl cson csproj csv ct cxx-objdump cylc
    d-objdump dae darcspatch dat db depproj desktop diff dircolors dita ditamap ditaval doc docx dof dot dotsettings dpatch dzn eb
    ebnf edc editorconfig edn eml env eot epj fea filters flf fsproj fxml gbl gbo gbp gbr gbs gdnlib gdns ged geojson gif gitconfig
    gitignore gko glade gltf glyphs gmi gmx gn gni gpb gpt gpx gql gradle graphql graphqls grxml gtl gto gtp gv gz har hocon http hxml
    hzp ical ico ics iml ini irclog iuml ivy jar jelly jpeg jpg json json-tmlanguage json5 jsonc jsonl jsonld jsproj kdl kicad_mod
    kicad_pcb kicad_sch kicad_sym kicad_wks kml kql lark launch lektorproject livemd lock log m3u m3u8 markdown mat mbox mcmeta md md2
    md4 md5 mdown mdpolicy mdwn mediawiki meta mir mjml mkd mkdn mkdown mov mp3 mp4 mtl muse mxml mysql nanorc natvis ndproj neon
    nginx nginxconf ninja no nproj nuspec obj objdump odd odp ods odt ogg org osm otf outjob owl parquet patch pbtxt pcbdoc pd pdf
    pkgproj plantuml plist png po pod pod6 pot ppt pptx prefab prefs prisma prjpcb proj properties props proto ps1xml psc1 psd pt pub
    puml pytb qhelp qmd raw rbs rdf rdoc reek reg regex regexp rest resx rmd rnw ron ronn rq rss rst rtf rviz sarif schdoc scxml
    service sfd sfproj sfv sha1 sha2 sha224 sha256 sha256sum sha3 sha384 sha512 shproj sketch sln snap sparql sqlite srdf stl ston
    storyboard sttheme sublime-build sublime-color-scheme sublime-commands sublime-completions sublime-keymap sublime-macro
    sublime-menu sublime-mousemap sublime-project sublime-settings sublime-snippet sublime-syntax sublime-theme sublime-workspace
    sublime_metrics sublime_session svg syntax tab tar targets te tex texi texinfo textgrid textile textproto tfstate tgz tif tiff tl
    tmcommand tml tmlanguage tmpreferences tmsnippet tmtheme toml topojson tres tscn tsv ttf ttl txi txt udf ui unity urdf url ux
    vbproj vcf vcxproj vdf vhost viw vsixmanifest vssettings vstemplate vtt vxml war wav webapp webm webmanifest webp weechatlog wiki
    wikitext wit wixproj woff woff2 workbook wsdl wsf wxi wxl wxs x3d xacro xaml xbm xib xlf xliff xls xlsx xmi xml xmp xpm xproj xsd
    xsp-config xspec xul xz yaml yaml-tmlanguage yang yml yyp zcml zip zone
";
