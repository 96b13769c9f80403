//! Databases.

use sealift_model::Severity::{High, Low, Medium};

use super::super::Rule;
use super::super::address::is_public;
use crate::terraform::checks::Look;
use crate::terraform::model::{Block, Resource};

const INSTANCE: &[&str] = &["google_sql_database_instance"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "GCP-0014",
        severity: Medium,
        title: "PostgreSQL does not log its temporary files",
        why: "Queries that fill the disk cannot be found.",
        fix: "Set the flag `log_temp_files` to 0.",
        kinds: INSTANCE,
        run: |look| must_be_number(look, "log_temp_files", 0.0),
    },
    Rule {
        id: "GCP-0015",
        severity: High,
        title: "Database takes connections without TLS",
        why: "What is sent in the clear is read and changed on the way.",
        fix: "Set `ssl_mode = \"ENCRYPTED_ONLY\"` in `ip_configuration`.",
        kinds: INSTANCE,
        run: tls,
    },
    Rule {
        id: "GCP-0016",
        severity: Medium,
        title: "PostgreSQL does not log connections",
        why: "Nobody can tell later who was connected.",
        fix: "Set the flag `log_connections` to `on`.",
        kinds: INSTANCE,
        run: |look| switch(look, "POSTGRES", "log_connections", ON),
    },
    Rule {
        id: "GCP-0017",
        severity: High,
        title: "Database can be reached from outside",
        why: "The database can be attacked from the internet.",
        fix: "Set `ipv4_enabled = false` in `ip_configuration`.",
        kinds: INSTANCE,
        run: public_access,
    },
    Rule {
        id: "GCP-0018",
        severity: Low,
        title: "PostgreSQL does not log errors",
        why: "What goes wrong, or is tried, cannot be seen.",
        fix: "Set the flag `log_min_messages` to `ERROR` or below.",
        kinds: INSTANCE,
        run: errors,
    },
    Rule {
        id: "GCP-0019",
        severity: Medium,
        title: "Owners of one database reach into the others",
        why: "Whoever breaks into one database reads them all.",
        fix: "Set the flag `cross db ownership chaining` to `off`.",
        kinds: INSTANCE,
        run: |look| switch(look, "SQLSERVER", "cross db ownership chaining", OFF_ON_BY_DEFAULT),
    },
    Rule {
        id: "GCP-0020",
        severity: Medium,
        title: "PostgreSQL does not log who waits for locks",
        why: "Queries that hold up the others cannot be found.",
        fix: "Set the flag `log_lock_waits` to `on`.",
        kinds: INSTANCE,
        run: |look| switch(look, "POSTGRES", "log_lock_waits", ON),
    },
    Rule {
        id: "GCP-0021",
        severity: Low,
        title: "PostgreSQL logs queries with what is in them",
        why: "The log then holds data that is to be protected.",
        fix: "Set the flag `log_min_duration_statement` to -1.",
        kinds: INSTANCE,
        run: statements,
    },
    Rule {
        id: "GCP-0022",
        severity: Medium,
        title: "PostgreSQL does not log disconnections",
        why: "Nobody can tell later how long who was connected.",
        fix: "Set the flag `log_disconnections` to `on`.",
        kinds: INSTANCE,
        run: |look| switch(look, "POSTGRES", "log_disconnections", ON),
    },
    Rule {
        id: "GCP-0023",
        severity: Medium,
        title: "SQL Server lets databases bring their own logins",
        why: "Such logins bypass the rules for passwords of the server.",
        fix: "Set the flag `contained database authentication` to `off`.",
        kinds: INSTANCE,
        run: |look| {
            switch(look, "SQLSERVER", "contained database authentication", OFF_ON_BY_DEFAULT)
        },
    },
    Rule {
        id: "GCP-0024",
        severity: Medium,
        title: "Database is not backed up",
        why: "What is lost is gone.",
        fix: "Set `enabled = true` in `backup_configuration`.",
        kinds: INSTANCE,
        run: backups,
    },
    Rule {
        id: "GCP-0025",
        severity: Medium,
        title: "PostgreSQL does not log checkpoints",
        why: "What goes wrong while data is written cannot be seen.",
        fix: "Set the flag `log_checkpoints` to `on`.",
        kinds: INSTANCE,
        run: |look| switch(look, "POSTGRES", "log_checkpoints", ON),
    },
    Rule {
        id: "GCP-0026",
        severity: High,
        title: "MySQL reads files of its clients",
        why: "Whoever may query reads files that are none of the data.",
        fix: "Set the flag `local_infile` to `off`.",
        kinds: INSTANCE,
        run: |look| switch(look, "MYSQL", "local_infile", OFF),
    },
];

/// The required value of a flag, and its default.
#[derive(Clone, Copy)]
struct Switch {
    wanted: bool,
    default: bool,
}

const ON: Switch = Switch { wanted: true, default: false };
const OFF: Switch = Switch { wanted: false, default: false };
const OFF_ON_BY_DEFAULT: Switch = Switch { wanted: false, default: true };

fn runs(instance: &Resource, engine: &str) -> bool {
    let version = instance.get("database_version").text();
    version.is_some_and(|version| version.starts_with(engine))
}

/// A flag that is set; of several, the last.
fn flag<'a>(instance: &'a Resource, name: &str) -> Option<&'a Block> {
    let settings = instance.block("settings")?;
    let flags = settings.blocks("database_flags");
    flags.filter(|flag| flag.get("name").text().as_deref() == Some(name)).last()
}

fn switch(look: &mut Look<'_>, engine: &str, name: &str, switch: Switch) {
    let instance = look.resource;
    if !runs(instance, engine) {
        return;
    }
    match flag(instance, name) {
        Some(flag) => {
            let value = flag.get("value");
            let is = value.text().map(|text| &*text == "on");
            look.fail_if(is.is_some_and(|is| is != switch.wanted), &value);
        }
        None => look.fail_if(switch.default != switch.wanted, instance),
    }
}

/// Flags with a number fail where their name is written. -1, as none, is off.
fn must_be_number(look: &mut Look<'_>, name: &str, wanted: f64) {
    let instance = look.resource;
    if !runs(instance, "POSTGRES") {
        return;
    }
    match flag(instance, name) {
        Some(flag) => {
            let number = flag.get("value").number_or(-1.0);
            look.fail_if(number.is_some_and(|number| number != wanted), &flag.get("name"));
        }
        None => look.fail_if(wanted != -1.0, instance),
    }
}

fn statements(look: &mut Look<'_>) {
    must_be_number(look, "log_min_duration_statement", -1.0);
}

fn errors(look: &mut Look<'_>) {
    if !runs(look.resource, "POSTGRES") {
        return;
    }
    if let Some(flag) = flag(look.resource, "log_min_messages") {
        let level = flag.get("value");
        let silent = level.text().is_some_and(|level| matches!(&*level, "FATAL" | "PANIC" | "LOG"));
        look.fail_if(silent, &level);
    }
}

fn ip_configuration(instance: &Resource) -> Option<&Block> {
    instance.block("settings")?.block("ip_configuration")
}

/// `ssl_mode` took the place of `require_ssl`.
fn tls(look: &mut Look<'_>) {
    let Some(config) = ip_configuration(look.resource) else { return look.fail(look.resource) };
    let mode = config.get("ssl_mode");
    let enforced = if mode.is_empty() {
        config.get("require_ssl").bool_or(false)
    } else {
        mode.text()
            .map(|mode| matches!(&*mode, "ENCRYPTED_ONLY" | "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"))
    };
    look.fail_if(enforced == Some(false), config);
}

fn public_access(look: &mut Look<'_>) {
    let Some(config) = ip_configuration(look.resource) else { return look.fail(look.resource) };
    let address = config.get("ipv4_enabled");
    look.fail_if(address.bool_or(true) == Some(true), &address);
    for network in config.blocks("authorized_networks") {
        let cidr = network.get("value");
        look.fail_if(cidr.text().is_some_and(|cidr| is_public(&cidr)), &cidr);
    }
}

/// A replica needs no backup: its data is that of its source.
fn backups(look: &mut Look<'_>) {
    let instance = look.resource;
    if !instance.get("master_instance_name").is_missing() {
        return;
    }
    let settings = instance.block("settings");
    match settings.and_then(|settings| settings.block("backup_configuration")) {
        Some(backups) => {
            let enabled = backups.get("enabled");
            look.fail_if(enabled.bool_or(false) == Some(false), &enabled);
        }
        None => look.fail(instance),
    }
}
