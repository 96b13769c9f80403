//! The contents of the image, layer by layer: a few roots each, whose dependencies make up the
//! bulk.
/// A layer in the making.
pub(super) struct Step {
    pub(super) created_by: &'static str,
    pub(super) content: Content,
}
/// Where the files of a layer come from.
pub(super) enum Content {
    /// The packages that each Debian has, these roots among them.
    Base(&'static [&'static str]),
    /// Packages of Debian with all that they depend on and that is not there.
    Debian(&'static [&'static str]),
    /// Packages unpacked again and others removed.
    Upgrade { again: &'static [&'static str], removed: &'static [&'static str] },
    /// A project folder with its `node_modules`.
    Node { place: &'static str, packages: &'static [(&'static str, &'static str)] },
    /// Wheels.
    Python(&'static [&'static str]),
    /// Artifacts of Maven as `group:artifact:version`.
    Jars(&'static [&'static str]),
}
impl Content {
    pub(super) fn is_of_debian(&self) -> bool {
        matches!(self, Self::Base(_) | Self::Debian(_) | Self::Upgrade { .. })
    }
}
pub(super) const SITE_PACKAGES: &str = "usr/local/lib/python3.11/site-packages";
/// Paths that the last layer removes.
pub(super) const HIDDEN: &[&str] = &["usr/share/man", "usr/share/locale", "srv/portal/public"];
/// Folders that the last layer makes anew, empty.
pub(super) const EMPTIED: &[&str] = &["usr/share/info", "var/cache"];
pub(super) const RECIPE: &[Step] = &[
    Step {
        created_by: "debootstrap --variant=minbase",
        content: Content::Base(&[
            "apt",
            "base-files",
            "base-passwd",
            "bash",
            "bsdutils",
            "coreutils",
            "dash",
            "debian-archive-keyring",
            "debianutils",
            "diffutils",
            "dpkg",
            "findutils",
            "grep",
            "gzip",
            "hostname",
            "init-system-helpers",
            "libc-bin",
            "login",
            "mawk",
            "mount",
            "ncurses-base",
            "ncurses-bin",
            "passwd",
            "perl-base",
            "sed",
            "sysvinit-utils",
            "tar",
            "util-linux",
        ]),
    },
    Step {
        created_by: "RUN apt-get install curl git openssh-client openssl",
        content: Content::Debian(&["ca-certificates", "curl", "git", "openssh-client", "openssl"]),
    },
    Step {
        created_by: "RUN apt-get install build-essential",
        content: Content::Debian(&["build-essential"]),
    },
    Step {
        created_by: "RUN apt-get install rails php-symfony request-tracker5 nova-api ...",
        content: Content::Debian(&[
            "nova-api",
            "openstack-dashboard",
            "php-symfony",
            "rails",
            "request-tracker5",
        ]),
    },
    Step {
        created_by: "RUN apt-get install jupyter-notebook",
        content: Content::Debian(&["jupyter-notebook"]),
    },
    Step { created_by: "RUN apt-get install npm", content: Content::Debian(&["npm"]) },
    Step {
        created_by: "RUN pip install django flask fastapi pandas ...",
        content: Content::Python(&[
            "aiohttp",
            "alembic",
            "boto3",
            "celery",
            "cryptography",
            "django",
            "djangorestframework",
            "fastapi",
            "flask",
            "jinja2",
            "kubernetes",
            "lxml",
            "numpy",
            "pandas",
            "pillow",
            "psycopg2-binary",
            "pydantic",
            "requests",
            "sentry-sdk",
            "sqlalchemy",
            "uvicorn",
        ]),
    },
    Step {
        created_by: "RUN mvn package",
        content: Content::Jars(&[
            "org.apache.hadoop:hadoop-client:3.3.6",
            "org.apache.kafka:kafka_2.13:3.6.1",
            "org.springframework.boot:spring-boot-starter-data-jpa:2.7.18",
            "org.springframework.boot:spring-boot-starter-security:2.7.18",
            "org.springframework.boot:spring-boot-starter-web:2.7.18",
            "org.apache.lucene:lucene-queryparser:9.9.1",
        ]),
    },
    Step {
        created_by: "COPY portal /srv/portal",
        content: Content::Node {
            place: "srv/portal",
            packages: &[
                ("@angular/cli", "^17"),
                ("@nestjs/cli", "^10"),
                ("@vue/cli-service", "^5"),
                ("gatsby", "^5"),
                ("react-scripts", "^5"),
                ("webpack", "^5"),
            ],
        },
    },
    Step {
        created_by: "COPY api /srv/api",
        content: Content::Node {
            place: "srv/api",
            packages: &[
                ("apollo-server-express", "^3"),
                ("browserify", "^17"),
                ("eslint", "^8"),
                ("express", "^4"),
                ("grunt", "^1"),
                ("gulp", "^4"),
                ("jest", "^29"),
                ("karma", "^6"),
                ("lerna", "^8"),
                ("mocha", "^10"),
                ("mongoose", "^8"),
                ("sails", "^1"),
                ("socket.io", "^4"),
            ],
        },
    },
    Step {
        created_by: "COPY mail /srv/mail",
        content: Content::Node {
            place: "srv/mail",
            packages: &[("nodemailer", "^6"), ("mjml", "^4"), ("pino", "^8")],
        },
    },
    Step {
        created_by: "RUN apt-get upgrade && apt-get remove ... && rm -rf /usr/share/man ...",
        content: Content::Upgrade {
            again: &["curl", "libcurl4", "libssl3", "openssl", "zlib1g"],
            removed: &["g++", "g++-12", "git", "git-man"],
        },
    },
];
