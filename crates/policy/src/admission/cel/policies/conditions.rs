//! Conditions for calling a webhook at all (`matchConditions` of
//! `admissionregistration.k8s.io/v1`).

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::body::all_hold;
use super::form;
use super::subject::Subject;
use crate::admission::cel::{Input, Names, Program};
use crate::admission::{Request, Surroundings};

const INPUTS: &[Input] = &[Input::Object, Input::OldObject, Input::Request, Input::Authorizer];

/// Compiled conditions; without any, all requests meet them.
#[derive(Debug, Default)]
pub(crate) struct MatchConditions(Vec<Program>);

impl MatchConditions {
    /// Reads a list of conditions.
    ///
    /// # Errors
    /// The invalid field, below the list, and the problem.
    pub(crate) fn read(list: &[Json]) -> Result<Self, (String, String)> {
        let names = Names::new(INPUTS);
        let compile = |(index, value): (usize, &Json)| {
            let condition: form::Condition = form::read(value.clone())
                .map_err(|(field, problem)| (format!("[{index}]{field}"), problem))?;
            names
                .compile(&condition.expression)
                .map_err(|error| (format!("[{index}].expression"), error.to_string()))
        };
        Ok(Self(list.iter().enumerate().map(compile).collect::<Result<_, _>>()?))
    }

    /// Whether a request meets them.
    ///
    /// # Errors
    /// Why one has no value, where none is false.
    pub(crate) fn hold(
        &self,
        request: &Request,
        around: &dyn Surroundings,
    ) -> Result<bool, String> {
        if self.0.is_empty() {
            return Ok(true);
        }
        let inputs: BTreeSet<Input> = self.0.iter().flat_map(Program::inputs).collect();
        let subject = Subject::new(request, around, &inputs);
        all_hold(&self.0, &mut subject.run(&[])).map_err(|error| error.to_string())
    }
}
