//! Holds a document to its published schema, for tests. Readers of a schema must bear fields that
//! are added to a version; here a field that the schema does not describe is an error, so that none
//! is added without a word.

use boon::{Compiler, Schemas};
use serde_json::Value;

/// Panics, with the place, where the document does not fit, or holds what is not described.
pub(crate) fn fits(document: &Value, name: &str) {
    let path = format!("{}/docs/schema/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect("the schema is published");
    let mut schema: Value = serde_json::from_str(&text).expect("a schema is JSON");
    allow_nothing_else(&mut schema);
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler
        .add_resource(&path, schema)
        .expect("the schema has a place");
    let compiled = compiler
        .compile(&path, &mut schemas)
        .expect("the schema is one");
    if let Err(error) = schemas.validate(document, compiled) {
        panic!("{error:#}\n{document:#}");
    }
}

fn allow_nothing_else(schema: &mut Value) {
    if let Value::Object(object) = schema {
        if object.contains_key("properties") && !object.contains_key("additionalProperties") {
            object.insert("additionalProperties".to_owned(), false.into());
        }
        object.values_mut().for_each(allow_nothing_else);
    } else if let Value::Array(items) = schema {
        items.iter_mut().for_each(allow_nothing_else);
    }
}
