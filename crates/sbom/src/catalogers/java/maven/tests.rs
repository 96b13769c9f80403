use proptest::prelude::*;
use sealift_model::{Package, Relationship, Scope};

use super::*;
use crate::MergedFile;
use crate::catalogers::declared::testing::{problem_lines, read, wants};

/// The catalogue of a tree of files, each the inside of a `<project>`.
fn assembled(files: &[(&str, &str)]) -> Catalog {
    let read: Vec<(&str, Facts)> = files
        .iter()
        .map(|(path, inside)| {
            (*path, self::read(&Pom, path, format!("<project>\n{inside}</project>")).1)
        })
        .collect();
    let merged = read.iter().map(|(path, facts)| MergedFile::new(*path, facts)).collect();
    let mut catalog = Catalog::default();
    Pom.assemble(&MergedFacts::new(Pom.name(), merged), &mut catalog);
    catalog
}

fn found(catalog: &Catalog) -> Vec<String> {
    let mut found = Vec::new();
    for package in catalog.packages() {
        let places: Vec<String> = package.locations.iter().map(ToString::to_string).collect();
        found.push(format!("{} {}", package.id(), places.join(" ")));
    }
    found
}

fn dependency(name: &str, rest: &str) -> String {
    let (group, artifact) = name.split_once(':').unwrap_or_default();
    format!(
        "<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId>{rest}\
         </dependency>\n"
    )
}

fn version(version: &str) -> String {
    format!("<version>{version}</version>")
}

fn needs(inside: &str) -> String {
    format!("<dependencies>\n{inside}</dependencies>\n")
}

fn manages(inside: &str) -> String {
    format!("<dependencyManagement>{}</dependencyManagement>\n", needs(inside))
}

fn named(name: &str) -> String {
    let (group, rest) = name.split_once(':').unwrap_or_default();
    let (artifact, version) = rest.split_once(':').unwrap_or_default();
    format!(
        "<groupId>{group}</groupId><artifactId>{artifact}</artifactId>\
         <version>{version}</version>"
    )
}

#[test]
fn properties_ranges_and_scopes() {
    let inside = named("g:own:7")
        + "<properties><a>1.${b}</a><b>2</b><ring>${ring}</ring></properties>\n"
        + &needs(
            &(dependency("g:a", &version("${a}"))
                + &dependency("${project.groupId}:b", &version("${version}"))
                + &dependency("g:c", &version("[1.5]"))
                + &dependency("g:d", &(version("[1,2)") + "<scope>test</scope>"))
                + &dependency("g:e", &(version("${ring}") + "<optional>true</optional>"))
                + &dependency("g:f", "")),
        );
    let catalog = assembled(&[("pom.xml", &inside)]);
    assert_eq!(
        found(&catalog),
        [
            "g:a@1.2 pom.xml:4",
            "g:b@7 pom.xml:5",
            "g:c@1.5 pom.xml:6",
            "g:d@ pom.xml:7",
            "g:e@ pom.xml:8",
            "g:f@ pom.xml:9",
        ]
    );
    let scopes: Vec<Scope> = catalog.packages().iter().map(|it| it.scope).collect();
    assert_eq!(scopes[2..5], [Scope::Runtime, Scope::Development, Scope::Optional]);
    let told: Vec<String> = catalog.diagnostics().iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 3);
    assert!(told[0].contains("g:d: no file says which version \"[1,2)\" is"), "{told:?}");
    assert!(told[2].contains("g:f: no file in the tree says which version"), "{told:?}");
    assert!(catalog.diagnostics().iter().all(|it| it.impact == Impact::Note));
}

#[test]
fn parents_give_properties_management_and_dependencies() {
    let parent = named("g:parent:1")
        + "<properties><v>1</v></properties>\n"
        + &manages(&dependency("g:a", &(version("${v}") + "<scope>test</scope>")))
        + &needs(&(dependency("g:b", &version("${v}")) + &dependency("g:c", &version("3"))));
    let child = "<parent>".to_owned()
        + &named("g:parent:1")
        + "</parent><artifactId>child</artifactId><properties><v>2</v></properties>\n"
        + &needs(&(dependency("g:a", "") + &dependency("g:c", &version("4"))));
    let files = [("child/pom.xml", child.as_str()), ("pom.xml", parent.as_str())];
    let catalog = assembled(&files);
    assert_eq!(
        found(&catalog),
        [
            "g:a@2 child/pom.xml:4",
            "g:c@4 child/pom.xml:5",
            "g:b@2 pom.xml:8",
            "g:b@1 pom.xml:8",
            "g:c@3 pom.xml:9",
        ]
    );
    assert_eq!(catalog.packages()[0].scope, Scope::Development);
    let elsewhere = [("x/child/pom.xml", child.as_str()), ("pom.xml", parent.as_str())];
    assert_eq!(found(&assembled(&elsewhere))[0], "g:a@ x/child/pom.xml:4");
}

#[test]
fn bills_of_materials_in_the_tree_give_versions() {
    let bom = named("g:bom:1") + &manages(&dependency("g:a", &version("${project.version}.5")));
    let import = version("1") + "<type>pom</type><scope>import</scope>";
    let app = named("g:app:9")
        + &manages(&(dependency("g:bom", &import) + &dependency("g:else", &import)))
        + &needs(&(dependency("g:a", "") + &dependency("g:bom", &version("1"))));
    let catalog = assembled(&[("app/pom.xml", &app), ("bom/pom.xml", &bom)]);
    assert_eq!(found(&catalog), ["g:a@1.5 app/pom.xml:8", "g:bom@1 app/pom.xml:9"]);
    assert_eq!(catalog.packages()[1].relationship, Relationship::Direct);
}

#[test]
fn profiles_count_that_are_active_by_default() {
    let profile = |active: &str, name: &str| {
        format!(
            "<profile><activation><activeByDefault>{active}</activeByDefault></activation>{}</profile>",
            needs(&dependency(name, &version("1")))
        )
    };
    let inside =
        format!("<profiles>{}{}</profiles>", profile("true", "g:a"), profile("false", "g:b"));
    assert_eq!(found(&assembled(&[("pom.xml", &inside)])), ["g:a@1 pom.xml:3"]);
}

/// As `mvn help:effective-pom` tells.
#[test]
fn profiles_count_before_the_project_wherever_they_stand() {
    let profile =
        "<profiles><profile><activation><activeByDefault>true</activeByDefault></activation>\
         <properties><v>1.1</v></properties>"
            .to_owned()
            + &manages(&dependency("g:managed", &version("1.1")))
            + &needs(
                &(dependency("g:own", &version("1.1"))
                    + &dependency("g:unversioned", "")
                    + &dependency("g:kind", &(version("1.1") + "<type>jar</type>"))),
            )
            + "</profile></profiles>";
    let own = "<properties><v>2.0</v></properties>".to_owned()
        + &manages(
            &(dependency("g:managed", &version("2.0"))
                + &dependency("g:unversioned", &version("3"))),
        )
        + &needs(
            &(dependency("g:managed", "")
                + &dependency("g:property", &version("${v}"))
                + &dependency("g:own", &version("2.0"))
                + &dependency("g:unversioned", &version("2.0"))
                + &dependency("g:kind", &version("2.0"))
                + &dependency("g:kind", &(version("2.0") + "<type>war</type>"))),
        );
    for inside in [profile.clone() + &own, own + &profile] {
        let catalog = assembled(&[("pom.xml", &inside)]);
        let mut ids: Vec<String> = catalog.packages().iter().map(Package::id).collect();
        ids.sort_unstable();
        let expected = ["g:kind@1.1", "g:kind@2.0", "g:managed@1.1", "g:own@1.1", "g:property@1.1"];
        assert_eq!(ids[..5], expected);
        assert_eq!(ids[5..], ["g:unversioned@3"]);
    }
}

/// As `mvn help:effective-pom` tells.
#[test]
fn of_what_is_declared_twice_the_last_counts() {
    let twice = |name: &str| dependency(name, &version("1")) + &dependency(name, &version("2"));
    let ids = |files: &[(&str, &str)]| -> Vec<String> {
        assembled(files).packages().iter().map(Package::id).collect()
    };
    let own = manages(&twice("g:managed")) + &needs(&(twice("g:a") + &dependency("g:managed", "")));
    assert_eq!(ids(&[("pom.xml", &own)]), ["g:a@2", "g:managed@1"]);
    let parent = format!("<parent>{}</parent>", named("g:elsewhere:1"));
    assert_eq!(ids(&[("pom.xml", &(parent + &own))]), ["g:a@2", "g:managed@2"]);
}

#[test]
fn rings_of_parents_and_imports_end() {
    let own = |name: &str, parent: &str| {
        let import = version("1") + "<scope>import</scope>";
        format!("<parent>{}<relativePath>pom.xml</relativePath></parent>", named(parent))
            + &named(name)
            + &manages(&dependency("g:ring", &import).repeat(20))
            + &needs(&dependency("g:a", ""))
    };
    let catalog = assembled(&[("pom.xml", &own("g:ring:1", "g:ring:1"))]);
    assert_eq!(found(&catalog).len(), 1);
    assert_eq!(catalog.diagnostics().len(), 1, "of the version that is not to be had");
}

#[test]
fn what_is_no_project_or_no_dependency_is_told() {
    for text in ["", "no XML", "<settings/>"] {
        assert!(read(&Pom, "pom.xml", text).0.is_err(), "{text:?}");
    }
    let text = format!(
        "<project>{}</project>",
        needs("<dependency><artifactId>a</artifactId></dependency>")
    );
    assert_eq!(problem_lines(&read(&Pom, "pom.xml", text).1), [2]);
    let cut = format!("<project>{}", needs(&dependency("g:a", &version("1"))));
    let facts = read(&Pom, "pom.xml", &cut[..cut.len() - 10]).1;
    assert_eq!((facts.facts.len(), problem_lines(&facts)), (1, vec![3]));
    assert!(wants(&Pom, "a/pom.xml") && !wants(&Pom, "x/META-INF/maven/g/a/pom.xml"));
}

proptest! {
    #[test]
    fn facts_hold_together(text in "(<[/!]?(project|parent|dependenc(y|ies)|version|groupId)>|\\$\\{|[<>a}]){0,30}") {
        let _ = assembled(&[("pom.xml", &text), ("a/pom.xml", &text)]);
        crate::check::holds(&Pom, "pom.xml", text)?;
    }
}

#[test]
fn only_what_is_built_with_a_project_is_part_of_it() {
    let part = named("g:part:1");
    let app = named("g:app:9") + &needs(&dependency("g:part", &version("1")));
    let relationship = |above: &str, part_at: &str| {
        let files = [("app/pom.xml", app.as_str()), (part_at, &part), ("pom.xml", above)];
        assembled(&files).packages()[0].relationship
    };
    let root = |modules: &str| named("g:root:1") + modules;
    let both = root("<modules><module>app</module><module>./x/part/</module></modules>");
    let active = "<activation><activeByDefault>true</activeByDefault></activation>";
    let file = format!(
        "<modules><module>app</module></modules><profiles><profile>{active}<modules>\
         <module>x/part/pom.xml</module></modules></profile></profiles>"
    );
    let one = root("<modules><module>app</module></modules>");
    for (above, expected) in [
        (both, Relationship::Workspace),
        (root(&file), Relationship::Workspace),
        (one, Relationship::Direct),
        (root("<modules><module>x/part</module></modules>"), Relationship::Direct),
        (root(""), Relationship::Direct),
    ] {
        assert_eq!(relationship(&above, "x/part/pom.xml"), expected, "{above}");
    }
}
