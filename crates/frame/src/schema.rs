//! What every file and column is, for other programs: `datapackage.json`.

use palenque_graph::Table;
use palenque_graph::table::Kind;
use serde_json::{Map, Value, json};

/// A table and the file it was written to.
#[derive(Clone, Copy, Debug)]
pub struct Resource<'a> {
    /// The table.
    pub table: &'a Table,
    /// The file, relative to `datapackage.json`, with `/` between folders.
    pub path: &'a str,
}

/// A Frictionless data package (`datapackage.json`) that names, for every column of every file, its type, unit and
/// meaning; an empty cell is a missing one. `currency` is the unit of the flows.
///
/// The text depends on the arguments alone: keys are sorted, files and columns are in the order given.
///
/// # Source
/// Data Package and Table Schema, version 1, which version 2 reads.
///
/// # Example
/// ```
/// use palenque_frame::{Resource, datapackage};
/// use palenque_graph::table::{Column, ColumnSpec, Kind, Table, TableId, Unit, Values};
///
/// let spec = ColumnSpec { name: "output", kind: Kind::F64, unit: Unit::Currency, meaning: "Gross output." };
/// let table = Table::new(TableId::NodeMetrics, vec![Column::new(&spec, Values::F64(vec![]))]);
/// let resource = Resource { table: &table, path: "tables/node_metrics.csv" };
/// let text = datapackage("steel", &[resource], Some("MXN million"));
/// assert!(text.contains(r#""unit": "MXN million""#));
/// ```
#[must_use]
pub fn datapackage(name: &str, resources: &[Resource<'_>], currency: Option<&str>) -> String {
    let resources: Vec<Value> = resources.iter().map(|r| resource(*r, currency)).collect();
    let package = json!({
        "name": slug(name),
        "profile": "tabular-data-package",
        "resources": resources,
    });
    format!("{package:#}\n")
}

fn resource(resource: Resource<'_>, currency: Option<&str>) -> Value {
    let Resource { table, path } = resource;
    let format = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let fields: Vec<Value> = table.columns().iter().map(|c| field(&c.spec, currency)).collect();
    let mut described = json!({
        "name": slug(path),
        "path": path,
        "format": format,
        "title": table.id().name(),
        "description": table.id().meaning(),
        "schema": { "fields": fields, "missingValues": [""] },
    });
    if format == "csv" {
        described["profile"] = "tabular-data-resource".into();
        described["encoding"] = "utf-8".into();
        described["mediatype"] = "text/csv".into();
        described["dialect"] = json!({ "delimiter": ",", "lineTerminator": "\n" });
    }
    described
}

fn field(spec: &palenque_graph::table::ColumnSpec, currency: Option<&str>) -> Value {
    let kind = match spec.kind {
        Kind::F64 => "number",
        Kind::I64 => "integer",
        Kind::Bool => "boolean",
        Kind::Text => "string",
    };
    let mut field = Map::new();
    field.insert("name".into(), spec.name.into());
    field.insert("type".into(), kind.into());
    for (key, text) in [("unit", spec.unit.name(currency)), ("description", spec.meaning)] {
        if !text.is_empty() {
            field.insert(key.into(), text.into());
        }
    }
    Value::Object(field)
}

/// The characters that the standard allows in a name; all others become `-`.
fn slug(text: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    text.chars().map(|c| if allowed(c) { c.to_ascii_lowercase() } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::table::{Column, ColumnSpec, TableId, Unit, Values};

    fn package() -> Value {
        let spec = |name, unit| ColumnSpec { name, kind: Kind::F64, unit, meaning: "A meaning." };
        let column = |name, unit| Column::new(&spec(name, unit), Values::F64(vec![]));
        let columns = vec![column("output", Unit::Currency), column("x", Unit::None)];
        let table = Table::new(TableId::Linkages, columns);
        let path = "tables/stage/linkages.csv";
        let resources = [
            Resource { table: &table, path },
            Resource { table: &table, path: "tables/linkages.parquet" },
        ];
        let text = datapackage("Acero & Cía", &resources, Some("MXN"));
        assert_eq!(text, datapackage("Acero & Cía", &resources, Some("MXN")));
        serde_json::from_str(&text).expect("JSON")
    }

    #[test]
    fn names_keep_to_the_standard() {
        let package = package();
        assert_eq!(package["name"], "acero---c-a");
        assert_eq!(package["resources"][0]["name"], "tables-stage-linkages.csv");
        assert_eq!(package["resources"][0]["path"], "tables/stage/linkages.csv");
    }

    #[test]
    fn fields_have_types_units_and_meanings() {
        let package = package();
        let schema = &package["resources"][0]["schema"];
        let output = json!({ "name": "output", "type": "number", "unit": "MXN", "description": "A meaning." });
        assert_eq!(schema["fields"][0], output);
        assert_eq!(schema["fields"][1].get("unit"), None);
        assert_eq!(schema["missingValues"], json!([""]));
    }

    #[test]
    fn only_csv_has_a_dialect() {
        let package = package();
        assert_eq!(package["resources"][0]["encoding"], "utf-8");
        assert_eq!(package["resources"][1].get("dialect"), None);
        assert_eq!(package["resources"][1]["format"], "parquet");
    }
}
