//! Plans: the output of `terraform show -json`, read into the same resources.
//!
//! `planned_values` has the planned state, `resource_changes` the values that are only known after
//! the plan is applied, `configuration` the references, and `prior_state` the data sources. (*JSON
//! Output Format*, Terraform documentation, format version 1.)

mod configuration;

use std::collections::HashMap;
use std::sync::Arc;

use sealift_model::{Diagnostic, Impact};

use self::configuration::Configuration;
use super::eval::{Reason, Reference, Value};
use super::model::{Attribute, Block, Place, Resource, Resources};
use super::syntax::{Json, Kind, Property, json_document};
use super::{Unread, checks, text};
use crate::{FileKind, FileResult, Limits, Options, SourceFile};

/// Checks plans, each for itself.
pub(crate) fn check(files: &[SourceFile<'_>], options: &Options) -> Vec<FileResult> {
    let mut results: Vec<FileResult> =
        files.iter().map(|file| FileResult::new(file.path, FileKind::TerraformPlan)).collect();
    for (index, file) in files.iter().enumerate() {
        match read(file.bytes, index, &options.limits) {
            Ok((resources, stopped)) => {
                if let (Some(why), Some(result)) = (&stopped, results.get_mut(index)) {
                    let said = Diagnostic::new("terraform", why.as_str(), Impact::Incomplete);
                    result.diagnostics.push(said.at(file.path, None));
                }
                let case = checks::Case { now: options.now, stopped, comments: &[] };
                checks::run(&resources, &case, &mut results);
            }
            Err(unread) => {
                if let Some(result) = results.get_mut(index) {
                    result.diagnostics.push(unread.diagnostic(file.path));
                }
            }
        }
    }
    checks::finish(&mut results);
    results
}

/// The resources of a plan, and why they are not all of them.
fn read(bytes: &[u8], file: usize, limits: &Limits) -> Result<(Resources, Option<String>), Unread> {
    let document = json_document(text(bytes, limits)?, limits)?;
    let reader = Reader {
        file,
        unknown: unknown(&document),
        configuration: Configuration::new(&document),
        limits,
    };
    let mut resources = Vec::new();
    let planned = document.get("planned_values");
    let prior = document.get("prior_state").and_then(|state| state.get("values"));
    for (values, data) in [(planned, false), (prior, true)] {
        if let Some(root) = values.and_then(|values| values.get("root_module")) {
            reader.module(root, data, &mut resources);
        }
    }
    let max = limits.max_instances;
    let stopped = (resources.len() >= max)
        .then(|| format!("reading stopped: limit max_instances of {max} reached"));
    Ok((Resources::new(resources), stopped))
}

/// What is known only after it is applied, by the address of the resource.
fn unknown(document: &Json) -> HashMap<&str, &Json> {
    let changes = document.get("resource_changes").map(Json::items).unwrap_or_default();
    changes.iter().filter_map(unknown_of).collect()
}

fn unknown_of(change: &Json) -> Option<(&str, &Json)> {
    Some((change.get("address")?.text()?, change.get("change")?.get("after_unknown")?))
}

struct Reader<'a> {
    file: usize,
    unknown: HashMap<&'a str, &'a Json>,
    configuration: Configuration<'a>,
    limits: &'a Limits,
}

impl Reader<'_> {
    /// The resources of a module and of those in it; of the prior state only what is data.
    fn module(&self, module: &Json, data: bool, resources: &mut Vec<Resource>) {
        for resource in module.get("resources").map(Json::items).unwrap_or_default() {
            let is_data = resource.get("mode").and_then(Json::text) == Some("data");
            if is_data == data && resources.len() < self.limits.max_instances {
                resources.extend(self.resource(resource, is_data));
            }
        }
        for child in module.get("child_modules").map(Json::items).unwrap_or_default() {
            self.module(child, data, resources);
        }
    }

    fn resource(&self, json: &Json, is_data: bool) -> Option<Resource> {
        let address = json.get("address")?.text()?;
        let kind = json.get("type")?.text()?;
        let every = match json.get("index") {
            Some(_) => address.rsplit_once('[').map_or(address, |(every, _)| every),
            None => address,
        };
        let source = Source {
            unknown: self.unknown.get(address).copied(),
            expressions: self.configuration.expressions(every),
            module: configuration::module_of(every),
        };
        let values = json.get("values").map(Json::properties).unwrap_or_default();
        let place = Place { file: self.file, lines: json.lines };
        Some(Resource {
            address: address.into(),
            every: every.into(),
            kind: kind.into(),
            is_data,
            calls: Arc::default(),
            block: self.block("resource", place, values, source),
        })
    }

    fn block(&self, kind: &str, place: Place, values: &[Property], source: Source<'_>) -> Block {
        let mut block = Block::new(kind, place);
        for property in values {
            let inner = source.of(&property.name);
            let place = Place { file: self.file, lines: property.lines() };
            block.attributes.push(Attribute {
                name: property.name.as_str().into(),
                value: value(&property.value, inner.unknown),
                references: self.references(inner).into(),
                place,
            });
            self.blocks(property, inner, &mut block);
        }
        // What is not known at all has no value.
        for property in source.unknown.map(Json::properties).unwrap_or_default() {
            let is_new = values.iter().all(|known| known.name != property.name);
            if is_new && matches!(property.value.kind, Kind::Bool(true)) {
                block.attributes.push(Attribute {
                    name: property.name.as_str().into(),
                    value: Value::unknown(Reason::Computed),
                    references: self.references(source.of(&property.name)).into(),
                    place,
                });
            }
        }
        block
    }

    /// An object, or each of a list of them, is a block too.
    fn blocks(&self, property: &Property, source: Source<'_>, block: &mut Block) {
        let single = std::slice::from_ref(&property.value);
        let (items, is_list): (&[Json], bool) = match &property.value.kind {
            Kind::List(items) => (items, true),
            Kind::Object(_) => (single, false),
            _ => return,
        };
        for (index, item) in items.iter().enumerate() {
            if let Kind::Object(values) = &item.kind {
                let place = Place { file: self.file, lines: item.lines };
                let source = if is_list { source.at(index) } else { source };
                block.blocks.push(self.block(&property.name, place, values, source));
            }
        }
    }

    fn references(&self, source: Source<'_>) -> Vec<Reference> {
        match source.expressions {
            Some(expression) => self.configuration.references(source.module, expression),
            None => Vec::new(),
        }
    }
}

/// What else the plan says of a value: what of it is not known, how it is written, and where.
#[derive(Clone, Copy)]
struct Source<'a> {
    unknown: Option<&'a Json>,
    expressions: Option<&'a Json>,
    module: &'a str,
}

impl Source<'_> {
    fn of(self, name: &str) -> Self {
        Self {
            unknown: self.unknown.and_then(|unknown| unknown.get(name)),
            expressions: self.expressions.and_then(|expressions| expressions.get(name)),
            ..self
        }
    }

    fn at(self, index: usize) -> Self {
        Self {
            unknown: self.unknown.and_then(|unknown| unknown.items().get(index)),
            expressions: self.expressions.and_then(|expressions| expressions.items().get(index)),
            ..self
        }
    }
}

fn value(json: &Json, unknown: Option<&Json>) -> Value {
    match (&json.kind, unknown.map(|unknown| &unknown.kind)) {
        (_, Some(Kind::Bool(true))) => Value::unknown(Reason::Computed),
        (Kind::Null, _) => Value::Null,
        (Kind::Bool(value), _) => Value::Bool(*value),
        (Kind::Number(value), _) => Value::Number(*value),
        (Kind::Text(text), _) => Value::text(text.as_str()),
        (Kind::List(items), _) => {
            let unknown = |index: usize| unknown.and_then(|unknown| unknown.items().get(index));
            let items = items.iter().enumerate();
            Value::list(items.map(|(index, item)| value(item, unknown(index))).collect())
        }
        (Kind::Object(properties), _) => {
            let member = |property: &Property| {
                let unknown = unknown.and_then(|unknown| unknown.get(&property.name));
                (Arc::from(property.name.as_str()), value(&property.value, unknown))
            };
            Value::object(properties.iter().map(member).collect())
        }
    }
}

#[cfg(test)]
mod tests;
