//! Groups, as published in the Maven repository, of archives that their builds (Ant, Gradle, sbt,
//! Bazel) leave without Maven metadata and whose manifests do not name them.

/// One archive, or those whose names begin alike.
struct Row {
    /// The artifact; with a final `*`, all that begin with it. A Scala version behind it (`_2.13`)
    /// counts for a star.
    artifact: &'static str,
    /// Only versions below; what the group was called before.
    below: &'static [u32],
    group: &'static str,
    /// The prefix of the classes' package, if the name alone is not distinctive.
    package: &'static str,
}

const fn row(artifact: &'static str, group: &'static str) -> Row {
    Row { artifact, below: &[], group, package: "" }
}

const fn below(version: &'static [u32], artifact: &'static str, group: &'static str) -> Row {
    Row { artifact, below: version, group, package: "" }
}

const fn of(package: &'static str, artifact: &'static str, group: &'static str) -> Row {
    Row { artifact, below: &[], group, package }
}

/// The first row that fits counts.
#[rustfmt::skip] // one line each
const TABLE: &[Row] = &[
    // Spring Framework and what is built around it.
    row("spring-aop", "org.springframework"),
    row("spring-aspects", "org.springframework"),
    row("spring-beans", "org.springframework"),
    row("spring-context", "org.springframework"),
    row("spring-context-indexer", "org.springframework"),
    row("spring-context-support", "org.springframework"),
    row("spring-core", "org.springframework"),
    row("spring-expression", "org.springframework"),
    row("spring-instrument", "org.springframework"),
    row("spring-jcl", "org.springframework"),
    row("spring-jdbc", "org.springframework"),
    row("spring-jms", "org.springframework"),
    row("spring-messaging", "org.springframework"),
    row("spring-orm", "org.springframework"),
    row("spring-oxm", "org.springframework"),
    row("spring-r2dbc", "org.springframework"),
    row("spring-test", "org.springframework"),
    row("spring-tx", "org.springframework"),
    row("spring-web", "org.springframework"),
    row("spring-webflux", "org.springframework"),
    row("spring-webmvc", "org.springframework"),
    row("spring-webmvc-portlet", "org.springframework"),
    row("spring-websocket", "org.springframework"),
    row("spring-amqp", "org.springframework.amqp"),
    of("org.springframework", "spring-rabbit*", "org.springframework.amqp"),
    of("org.springframework", "spring-batch-*", "org.springframework.batch"),
    row("spring-boot", "org.springframework.boot"),
    of("org.springframework", "spring-boot-*", "org.springframework.boot"),
    of("org.springframework", "spring-graphql*", "org.springframework.graphql"),
    of("org.springframework", "spring-integration-*", "org.springframework.integration"),
    of("org.springframework", "spring-kafka*", "org.springframework.kafka"),
    of("org.springframework", "spring-ldap-*", "org.springframework.ldap"),
    of("org.springframework", "spring-restdocs-*", "org.springframework.restdocs"),
    of("org.springframework", "spring-security-*", "org.springframework.security"),
    of("org.springframework", "spring-session-*", "org.springframework.session"),
    of("org.springframework", "spring-shell-*", "org.springframework.shell"),
    of("org.springframework", "spring-statemachine-*", "org.springframework.statemachine"),
    of("org.springframework", "spring-ws-*", "org.springframework.ws"),
    of("org.springframework", "spring-xml", "org.springframework.ws"),
    // Servers, and what they are asked with.
    row("tomcat-embed-*", "org.apache.tomcat.embed"),
    row("tomcat-annotations-api", "org.apache.tomcat"),
    row("tomcat-el-api", "org.apache.tomcat"),
    row("tomcat-jaspic-api", "org.apache.tomcat"),
    row("tomcat-jsp-api", "org.apache.tomcat"),
    row("tomcat-servlet-api", "org.apache.tomcat"),
    row("tomcat-websocket-api", "org.apache.tomcat"),
    of("org.apache", "tomcat-*", "org.apache.tomcat"),
    row("elasticsearch", "org.elasticsearch"),
    of("org.apache.lucene", "lucene-*", "org.apache.lucene"),
    of("org.apache", "solr-*", "org.apache.solr"),
    of("org.apache.struts", "struts", "struts"),
    row("kafka", "org.apache.kafka"),
    of("org.apache.kafka", "kafka-*", "org.apache.kafka"),
    of("org.apache.kafka", "connect-*", "org.apache.kafka"),
    of("org.apache.cassandra", "apache-cassandra", "org.apache.cassandra"),
    of("org.apache.cassandra", "cassandra-all", "org.apache.cassandra"),
    row("zookeeper", "org.apache.zookeeper"),
    of("io.grpc", "grpc-*", "io.grpc"),
    of("io.ktor", "ktor-*", "io.ktor"),
    of("io.micrometer", "micrometer-*", "io.micrometer"),
    of("com.linecorp.armeria", "armeria*", "com.linecorp.armeria"),
    row("reactor-netty", "io.projectreactor.netty"),
    of("reactor.netty", "reactor-netty-*", "io.projectreactor.netty"),
    of("akka", "akka-*", "com.typesafe.akka"),
    of("org.apache.pekko", "pekko-*", "org.apache.pekko"),
    below(&[3], "play", "com.typesafe.play"),
    row("play", "org.playframework"),
    row("okhttp", "com.squareup.okhttp3"),
    of("okhttp3", "okhttp-*", "com.squareup.okhttp3"),
    of("okhttp3", "logging-interceptor", "com.squareup.okhttp3"),
    row("okio", "com.squareup.okio"),
    row("okio-jvm", "com.squareup.okio"),
    of("retrofit2", "retrofit", "com.squareup.retrofit2"),
    of("io.minio", "minio", "io.minio"),
    of("net.schmizz", "sshj", "com.hierynomus"),
    of("org.openqa.selenium", "selenium-*", "org.seleniumhq.selenium"),
    // Databases.
    below(&[6], "hibernate-c3p0", "org.hibernate"),
    below(&[6], "hibernate-core", "org.hibernate"),
    below(&[6], "hibernate-ehcache", "org.hibernate"),
    below(&[6], "hibernate-entitymanager", "org.hibernate"),
    below(&[6], "hibernate-envers", "org.hibernate"),
    below(&[6], "hibernate-hikaricp", "org.hibernate"),
    below(&[6], "hibernate-java8", "org.hibernate"),
    below(&[6], "hibernate-jcache", "org.hibernate"),
    below(&[6], "hibernate-spatial", "org.hibernate"),
    row("mysql-connector-j", "com.mysql"),
    row("mysql-connector-java", "mysql"),
    of("org.postgresql", "postgresql", "org.postgresql"),
    of("oracle", "ojdbc*", "com.oracle.database.jdbc"),
    of("org.apache.derby", "derby*", "org.apache.derby"),
    below(&[2], "hsqldb", "hsqldb"),
    row("hsqldb", "org.hsqldb"),
    below(&[0, 9, 2], "c3p0", "c3p0"),
    of("com.mchange", "c3p0", "com.mchange"),
    of("org.ehcache", "ehcache", "org.ehcache"),
    // Cryptography.
    of("org.bouncycastle", "bc-fips", "org.bouncycastle"),
    of("org.bouncycastle", "bcjmail-*", "org.bouncycastle"),
    of("org.bouncycastle", "bcmail-*", "org.bouncycastle"),
    of("org.bouncycastle", "bcpg-*", "org.bouncycastle"),
    of("org.bouncycastle", "bcpkix-*", "org.bouncycastle"),
    of("org.bouncycastle", "bcprov-*", "org.bouncycastle"),
    of("org.bouncycastle", "bctls-*", "org.bouncycastle"),
    of("org.bouncycastle", "bcutil-*", "org.bouncycastle"),
    of("org.conscrypt", "conscrypt-*", "org.conscrypt"),
    // Data, documents and text.
    row("jackson-core-asl", "org.codehaus.jackson"),
    row("jackson-jaxrs", "org.codehaus.jackson"),
    row("jackson-mapper-asl", "org.codehaus.jackson"),
    row("jackson-xc", "org.codehaus.jackson"),
    below(&[2], "dom4j", "dom4j"),
    row("dom4j", "org.dom4j"),
    of("org.jdom", "jdom", "org.jdom"),
    of("org.jdom", "jdom2", "org.jdom"),
    of("org.apache", "xalan", "xalan"),
    of("org.apache", "serializer", "xalan"),
    of("org.apache", "xercesImpl", "xerces"),
    row("xml-apis", "xml-apis"),
    of("org.apache", "xmlbeans", "org.apache.xmlbeans"),
    of("org.apache.batik", "batik-*", "org.apache.xmlgraphics"),
    of("org.apache.axis", "axis", "axis"),
    below(&[2, 3, 10], "freemarker", "freemarker"),
    row("freemarker", "org.freemarker"),
    below(&[1, 5], "velocity", "velocity"),
    of("org.apache.velocity", "velocity", "org.apache.velocity"),
    of("net.sf.jasperreports", "jasperreports", "net.sf.jasperreports"),
    of("graphql", "graphql-java", "com.graphql-java"),
    of("org.apache.oro", "oro", "oro"),
    below(&[3], "poi", "poi"),
    of("org.apache.poi", "poi", "org.apache.poi"),
    of("org.apache.poi", "poi-*", "org.apache.poi"),
    of("com.lowagie", "itext", "com.lowagie"),
    below(&[1, 9, 7], "nekohtml", "nekohtml"),
    row("nekohtml", "net.sourceforge.nekohtml"),
    below(&[2], "htmlunit", "htmlunit"),
    of("com.gargoylesoftware", "htmlunit", "net.sourceforge.htmlunit"),
    of("org.tukaani", "xz", "org.tukaani"),
    of("net.jpountz", "lz4-java", "org.lz4"),
    // Languages and their tools.
    of("org.apache.tools", "ant", "org.apache.ant"),
    of("org.apache.tools", "ant-*", "org.apache.ant"),
    below(&[4], "asm", "asm"),
    of("org.objectweb.asm", "asm", "org.ow2.asm"),
    of("org.objectweb.asm", "asm-*", "org.ow2.asm"),
    row("aspectjrt", "org.aspectj"),
    row("aspectjtools", "org.aspectj"),
    row("aspectjweaver", "org.aspectj"),
    below(&[4], "groovy", "org.codehaus.groovy"),
    below(&[4], "groovy-*", "org.codehaus.groovy"),
    row("groovy", "org.apache.groovy"),
    row("groovy-*", "org.apache.groovy"),
    of("kotlin", "kotlin-*", "org.jetbrains.kotlin"),
    of("kotlinx", "kotlinx-*", "org.jetbrains.kotlinx"),
    of("org.mozilla", "js", "rhino"),
    of("org.mozilla", "rhino", "org.mozilla"),
    of("org.mozilla", "rhino-*", "org.mozilla"),
    row("scala-compiler", "org.scala-lang"),
    row("scala-library", "org.scala-lang"),
    row("scala-reflect", "org.scala-lang"),
    of("com.beust", "jcommander", "com.beust"),
    of("com.typesafe.config", "config", "com.typesafe"),
    row("jython", "org.python"),
    row("jython-standalone", "org.python"),
    row("jna", "net.java.dev.jna"),
    row("jna-platform", "net.java.dev.jna"),
    of("com.google.gwt", "gwt-*", "com.google.gwt"),
    of("org.quartz", "quartz", "org.quartz-scheduler"),
    of("org.quartz", "quartz-jobs", "org.quartz-scheduler"),
    of("com.unboundid", "unboundid-ldapsdk", "com.unboundid"),
    // The interfaces of Java EE.
    row("activation", "javax.activation"),
    row("jsp-api", "javax.servlet.jsp"),
    row("jstl", "javax.servlet"),
    row("servlet-api", "javax.servlet"),
];

/// The group of the archive of that artifact and version; `classes` is the package of its classes,
/// where they have one in common.
pub(super) fn group(artifact: &str, version: &str, classes: Option<&str>) -> Option<&'static str> {
    TABLE.iter().find(|row| row.fits(artifact, version, classes)).map(|row| row.group)
}

/// The artifact without the Scala version that sbt puts behind it (`_2.13`, `_3`).
pub(super) fn without_scala(artifact: &str) -> &str {
    match artifact.rsplit_once('_') {
        Some((name, version)) if is_scala(version) => name,
        _ => artifact,
    }
}

fn is_scala(version: &str) -> bool {
    version == "3" || version.strip_prefix("2.").is_some_and(|minor| minor.parse::<u32>().is_ok())
}

impl Row {
    fn fits(&self, artifact: &str, version: &str, classes: Option<&str>) -> bool {
        let artifact = without_scala(artifact);
        let is_called_so = match self.artifact.strip_suffix('*') {
            Some(start) => artifact.starts_with(start),
            None => artifact == self.artifact,
        };
        is_called_so
            && (self.below.is_empty() || numbers(version).lt(self.below.iter().copied()))
            // One that only depends on others, a starter, has no classes.
            && classes.is_none_or(|package| package.starts_with(self.package))
    }
}

/// The numbers that a version begins with.
fn numbers(version: &str) -> impl Iterator<Item = u32> {
    version.split(['.', '-', '_']).map_while(|part| part.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_versions_and_packages_decide() {
        let boot = Some("org.springframework");
        for (artifact, version, classes, expected) in [
            ("spring-core", "5.3.1", None, boot),
            ("spring-boot-starter-web", "2.7.1", None, Some("org.springframework.boot")),
            ("spring-boot-acme", "1.0", Some("com.acme"), None),
            ("spring-cores", "1.0", None, None),
            ("hibernate-core", "5.6.15.Final", None, Some("org.hibernate")),
            ("hibernate-core", "6.2.13.Final", None, None),
            ("dom4j", "1.6.1", None, Some("dom4j")),
            ("dom4j", "2.1.1", None, Some("org.dom4j")),
            ("c3p0", "0.9.1.2", None, Some("c3p0")),
            ("c3p0", "0.9.5.2", Some("com.mchange"), Some("com.mchange")),
            ("akka-actor_2.13", "2.6.20", Some("akka"), Some("com.typesafe.akka")),
            ("kafka_2.13", "3.6.1", None, Some("org.apache.kafka")),
            ("poi", "3.17", Some("org.apache.poi"), Some("org.apache.poi")),
            ("poi-ooxml", "4.1.0", Some("org.apache.poi"), Some("org.apache.poi")),
            ("poi-tools", "1.0", Some("com.acme"), None),
            ("config", "1.3.0", Some("com.typesafe.config"), Some("com.typesafe")),
            ("config", "1.3.0", Some("com.acme"), None),
            ("freemarker", "2.3.8", None, Some("freemarker")),
            (
                "htmlunit",
                "2.40.0",
                Some("com.gargoylesoftware.htmlunit"),
                Some("net.sourceforge.htmlunit"),
            ),
            ("htmlunit", "3.1.0", Some("org.htmlunit"), None),
            ("tomcat-embed-core", "9.0.83", None, Some("org.apache.tomcat.embed")),
            ("tomcat-coyote", "9.0.83", Some("org.apache"), Some("org.apache.tomcat")),
        ] {
            assert_eq!(group(artifact, version, classes), expected, "{artifact} {version}");
        }
    }

    #[test]
    fn scala_versions_are_no_part_of_a_name() {
        for (artifact, expected) in [
            ("scala-xml_2.12", "scala-xml"),
            ("cats-core_3", "cats-core"),
            ("a_b", "a_b"),
            ("a_2.x", "a_2.x"),
            ("a", "a"),
        ] {
            assert_eq!(without_scala(artifact), expected);
        }
    }
}
