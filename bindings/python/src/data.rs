//! Results as data: each is a JSON object with typed attributes.

use std::collections::BTreeMap;

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use serde_json::Value;

/// Converts a JSON value to a Python object.
pub(crate) fn to_python<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    match value {
        Value::Null => Ok(py.None().into_bound(py)),
        Value::Bool(value) => value.into_bound_py_any(py),
        Value::Number(value) => match (value.as_u64(), value.as_i64(), value.as_f64()) {
            (Some(value), ..) => value.into_bound_py_any(py),
            (_, Some(value), _) => value.into_bound_py_any(py),
            (.., value) => value.into_bound_py_any(py),
        },
        Value::String(value) => value.into_bound_py_any(py),
        Value::Array(values) => {
            let list = PyList::empty(py);
            for value in values {
                list.append(to_python(py, value)?)?;
            }
            Ok(list.into_any())
        }
        Value::Object(members) => {
            let dict = PyDict::new(py);
            for (key, value) in members {
                dict.set_item(key, to_python(py, value)?)?;
            }
            Ok(dict.into_any())
        }
    }
}

/// The value of an attribute, from the value in the object; `None` if there is none.
pub(crate) trait Attribute: Sized {
    fn of(value: Option<&Value>) -> Self;
}

impl Attribute for String {
    fn of(value: Option<&Value>) -> Self {
        value.and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

impl Attribute for bool {
    fn of(value: Option<&Value>) -> Self {
        value.and_then(Value::as_bool).unwrap_or_default()
    }
}

impl Attribute for u64 {
    fn of(value: Option<&Value>) -> Self {
        value.and_then(Value::as_u64).unwrap_or_default()
    }
}

impl Attribute for f64 {
    fn of(value: Option<&Value>) -> Self {
        value.and_then(Value::as_f64).unwrap_or_default()
    }
}

impl<T: Attribute> Attribute for Option<T> {
    fn of(value: Option<&Value>) -> Self {
        value.filter(|value| !value.is_null()).map(|value| T::of(Some(value)))
    }
}

impl<T: Attribute> Attribute for Vec<T> {
    fn of(value: Option<&Value>) -> Self {
        let values = value.and_then(Value::as_array).into_iter().flatten();
        values.map(|value| T::of(Some(value))).collect()
    }
}

impl<T: Attribute> Attribute for BTreeMap<String, T> {
    fn of(value: Option<&Value>) -> Self {
        let members = value.and_then(Value::as_object).into_iter().flatten();
        members.map(|(key, value)| (key.clone(), T::of(Some(value)))).collect()
    }
}

/// Any JSON as it is.
#[derive(Clone)]
pub(crate) struct Json(Value);

impl Attribute for Json {
    fn of(value: Option<&Value>) -> Self {
        Self(value.cloned().unwrap_or_default())
    }
}

impl<'py> IntoPyObject<'py> for Json {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.0)
    }
}

/// Text in the form of Python's `repr`, near enough: quoted, control characters escaped.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.escape_default())
}

/// A class whose objects are JSON.
pub(crate) trait JsonClass: Sized {
    fn value(&self) -> &Value;

    /// The object as JSON.
    fn text(&self) -> String {
        self.value().to_string()
    }

    /// Reads what `text` returned.
    fn read(text: String) -> PyResult<Self>;

    /// The `repr` of the object.
    fn shown(&self) -> String;
}

/// Writes the methods of a [`JsonClass`]: its own, and those that all classes have. Equality, hash
/// and pickling are those of the JSON.
macro_rules! json_methods {
    ($name:ident { $($own:tt)* }) => {
        #[pymethods]
        impl $name {
            $($own)*

            /// The whole object, as plain data.
            fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                $crate::data::to_python(py, $crate::data::JsonClass::value(self))
            }

            /// The same as JSON.
            fn to_json(&self, py: Python<'_>) -> String {
                py.detach(|| $crate::data::JsonClass::text(self))
            }

            /// Reads what `to_json` returned.
            #[classmethod]
            fn from_json(_: &Bound<'_, pyo3::types::PyType>, text: String) -> PyResult<Self> {
                $crate::data::JsonClass::read(text)
            }

            fn __repr__(&self) -> String {
                $crate::data::JsonClass::shown(self)
            }

            fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
                use $crate::data::JsonClass;

                other.cast::<Self>().is_ok_and(|other| other.get().value() == self.value())
            }

            fn __hash__(&self) -> u64 {
                $crate::data::hash(&$crate::data::JsonClass::value(self).to_string())
            }

            fn __reduce__<'py>(
                slf: &Bound<'py, Self>,
            ) -> PyResult<(Bound<'py, PyAny>, (String,))> {
                let make = slf.get_type().getattr("from_json")?;
                Ok((make, ($crate::data::JsonClass::text(slf.get()),)))
            }
        }
    };
}

/// Makes a class of JSON objects. Attributes are named with the place of their value (RFC 6901);
/// those after `shown` appear in its `repr`.
macro_rules! data_class {
    (
        $(#[doc = $doc:literal])*
        $name:ident shown($($shown:ident),*) {
            $($attribute:ident: $kind:ty = $place:literal,)*
        }
    ) => {
        $(#[doc = $doc])*
        #[pyclass(frozen, module = "sealift._native")]
        #[derive(Clone, Debug)]
        pub(crate) struct $name {
            value: serde_json::Value,
        }

        impl $name {
            #[expect(clippy::allow_attributes, reason = "not each is made by the module itself")]
            #[allow(dead_code, reason = "not each is made by the module itself")]
            pub(crate) fn new(value: serde_json::Value) -> Self {
                Self { value }
            }
        }

        impl $crate::data::Attribute for $name {
            fn of(value: Option<&serde_json::Value>) -> Self {
                Self { value: value.cloned().unwrap_or_default() }
            }
        }

        impl $crate::data::JsonClass for $name {
            fn value(&self) -> &serde_json::Value {
                &self.value
            }

            fn read(text: String) -> PyResult<Self> {
                match serde_json::from_str::<serde_json::Value>(&text) {
                    Ok(value) if value.is_object() => Ok(Self { value }),
                    Ok(_) => Err(pyo3::exceptions::PyValueError::new_err("not a JSON object")),
                    Err(error) => Err(pyo3::exceptions::PyValueError::new_err(error.to_string())),
                }
            }

            fn shown(&self) -> String {
                let shown: Vec<String> = vec![$(format!(
                    concat!(stringify!($shown), "={}"),
                    $crate::data::Shown::shown(&self.$shown())
                )),*];
                format!(concat!(stringify!($name), "({})"), shown.join(", "))
            }
        }

        $crate::data::json_methods! { $name {
            $(
                #[getter]
                fn $attribute(&self) -> $kind {
                    <$kind as $crate::data::Attribute>::of(self.value.pointer($place))
                }
            )*
        } }
    };
}

pub(crate) use {data_class, json_methods};

/// The hash of a text, the same in each process of this build.
pub(crate) fn hash(text: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};

    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// The form of an attribute in a `repr`.
pub(crate) trait Shown {
    fn shown(&self) -> String;
}

impl Shown for String {
    fn shown(&self) -> String {
        quoted(self)
    }
}

impl Shown for u64 {
    fn shown(&self) -> String {
        self.to_string()
    }
}

impl<T: Shown> Shown for Option<T> {
    fn shown(&self) -> String {
        self.as_ref().map_or_else(|| "None".to_owned(), T::shown)
    }
}

impl<T> Shown for Vec<T> {
    fn shown(&self) -> String {
        format!("<{}>", self.len())
    }
}
