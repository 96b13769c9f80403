//! The expressions behind a plan's values: the resources that they refer to.

use std::collections::HashMap;

use super::Json;
use crate::terraform::eval::Reference;

/// Modules that a reference is followed through.
const MAX_HOPS: usize = 16;

/// References that an attribute keeps.
const MAX_REFERENCES: usize = 64;

/// The `configuration` of a plan.
pub(super) struct Configuration<'a> {
    /// The expressions of a resource, by its address without the keys of instances.
    resources: HashMap<String, &'a Json>,
    /// The arguments of a module's call, by the module's path: `module.a.module.b.`.
    calls: HashMap<String, &'a Json>,
    /// The outputs of a module, by its path.
    outputs: HashMap<String, &'a Json>,
}

impl<'a> Configuration<'a> {
    pub(super) fn new(document: &'a Json) -> Self {
        let mut configuration =
            Self { resources: HashMap::new(), calls: HashMap::new(), outputs: HashMap::new() };
        let root = document.get("configuration").and_then(|inner| inner.get("root_module"));
        if let Some(root) = root {
            configuration.module("", root);
        }
        configuration
    }

    fn module(&mut self, path: &str, module: &'a Json) {
        for resource in module.get("resources").map(Json::items).unwrap_or_default() {
            let address = resource.get("address").and_then(Json::text);
            if let (Some(address), Some(expressions)) = (address, resource.get("expressions")) {
                self.resources.insert(format!("{path}{address}"), expressions);
            }
        }
        if let Some(outputs) = module.get("outputs") {
            self.outputs.insert(path.to_owned(), outputs);
        }
        for call in module.get("module_calls").map(Json::properties).unwrap_or_default() {
            let path = format!("{path}module.{}.", call.name);
            if let Some(expressions) = call.value.get("expressions") {
                self.calls.insert(path.clone(), expressions);
            }
            if let Some(inner) = call.value.get("module") {
                self.module(&path, inner);
            }
        }
    }

    /// How the attributes of a resource are written.
    pub(super) fn expressions(&self, every: &str) -> Option<&'a Json> {
        self.resources.get(&without_keys(every)).copied()
    }

    /// The resources that an expression in a module refers to.
    pub(super) fn references(&self, module: &str, expression: &Json) -> Vec<Reference> {
        let mut found = Vec::new();
        self.follow(module, expression, 0, &mut found);
        found
    }

    fn follow(&self, module: &str, expression: &Json, hops: usize, found: &mut Vec<Reference>) {
        for name in expression.get("references").map(Json::items).unwrap_or_default() {
            let Some(name) = name.text() else { continue };
            if found.len() >= MAX_REFERENCES || hops >= MAX_HOPS {
                return;
            }
            let mut parts = name.splitn(4, '.');
            match (parts.next(), parts.next(), parts.next()) {
                (Some("var"), Some(variable), _) => self.argument(module, variable, hops, found),
                (Some("module"), Some(call), Some(output)) => {
                    let path = format!("{}module.{call}.", without_keys(module));
                    let written = self.outputs.get(&path).and_then(|outputs| outputs.get(output));
                    if let Some(expression) = written.and_then(|output| output.get("expression")) {
                        self.follow(
                            &format!("{module}module.{call}."),
                            expression,
                            hops + 1,
                            found,
                        );
                    }
                }
                (Some("module" | "local" | "each" | "count" | "path" | "self"), ..) => {}
                _ => found.push(reference(module, name)),
            }
        }
    }

    /// What a variable is given, in the module that calls this one.
    fn argument(&self, module: &str, variable: &str, hops: usize, found: &mut Vec<Reference>) {
        let call = self.calls.get(&without_keys(module));
        let variable = variable.split('[').next().unwrap_or(variable);
        if let Some(expression) = call.and_then(|call| call.get(variable)) {
            self.follow(caller_of(module), expression, hops + 1, found);
        }
    }
}

/// `aws_s3_bucket.a[0].id` in a module, as the address of the resource and the attribute.
fn reference(module: &str, name: &str) -> Reference {
    let words = if name.starts_with("data.") { 3 } else { 2 };
    let end = name.match_indices('.').nth(words - 1).map_or(name.len(), |(end, _)| end);
    let (address, attribute) = name.split_at(end);
    Reference {
        address: format!("{module}{address}").into(),
        attribute: attribute.trim_start_matches('.').into(),
    }
}

/// The module of a resource's address: `module.a["b"].` of `module.a["b"].aws_vpc.c`.
pub(super) fn module_of(address: &str) -> &str {
    let mut end = 0;
    loop {
        let rest = address.get(end..).unwrap_or_default();
        let Some(inner) = rest.strip_prefix("module.") else {
            return address.get(..end).unwrap_or_default();
        };
        let mut quoted = false;
        let dot = inner.char_indices().find(|(_, c)| {
            quoted ^= *c == '"';
            *c == '.' && !quoted
        });
        let Some((dot, _)) = dot else { return address.get(..end).unwrap_or_default() };
        end += "module.".len() + dot + 1;
    }
}

/// The module that calls a module: `module.a.` of `module.a.module.b.`.
fn caller_of(module: &str) -> &str {
    module_of(module.strip_suffix('.').unwrap_or(module))
}

/// An address without the keys of instances.
fn without_keys(address: &str) -> String {
    let mut plain = String::with_capacity(address.len());
    let (mut quoted, mut in_key) = (false, false);
    for c in address.chars() {
        quoted ^= c == '"';
        match c {
            '[' if !quoted => in_key = true,
            ']' if !quoted => in_key = false,
            _ if in_key => {}
            _ => plain.push(c),
        }
    }
    plain
}
