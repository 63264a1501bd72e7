//! The fields of a request, and the failure of an answer.

use serde_json::{Value, json};

#[derive(Debug)]
pub enum Failure {
    Error {
        code: String,
        message: String,
    },
    /// The library does not offer what was asked.
    Unsupported(&'static str),
}

impl Failure {
    pub fn new(code: &str, message: &str) -> Self {
        Self::Error { code: code.to_owned(), message: message.to_owned() }
    }

    pub fn answer(self) -> Value {
        match self {
            Self::Error { code, message } => json!({ "error": { "code": code, "message": message } }),
            Self::Unsupported(why) => json!({ "unsupported": why }),
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{self:?}")
    }
}

impl std::error::Error for Failure {}

pub fn text<'a>(request: &'a Value, name: &str) -> Result<&'a str, Failure> {
    optional_text(request, name).ok_or_else(|| Failure::new("BAD_REQUEST", name))
}

pub fn optional_text<'a>(request: &'a Value, name: &str) -> Option<&'a str> {
    request[name].as_str()
}

pub fn integer<T: TryFrom<i64>>(request: &Value, name: &str) -> Result<T, Failure> {
    let number = request[name].as_i64().and_then(|number| T::try_from(number).ok());
    number.ok_or_else(|| Failure::new("BAD_REQUEST", name))
}
