//! The words by which blocks of a table are known.
//!
//! A word counts as a whole only: in lower case, with `_` for blanks and hyphens. Whoever uses other words says
//! so with `--map`, such as `--map fd_households=P3_S14` or `--map va_wages=D1`.

use super::Label;
use super::plan::{ColumnRole, RowRole};
use crate::policy::Policy;

/// Categories of final demand.
const FINAL_DEMAND: &[&str] = &[
    "final_demand",
    "final_use",
    "final_uses",
    "final_consumption",
    "consumption",
    "households",
    "household",
    "household_consumption",
    "private_consumption",
    "hfce",
    "npish",
    "nonprofits",
    "government",
    "government_consumption",
    "public_consumption",
    "gfce",
    "investment",
    "gfcf",
    "capital_formation",
    "fixed_capital_formation",
    "gross_capital_formation",
    "gross_fixed_capital_formation",
    "stocks",
    "stock_changes",
    "changes_in_stocks",
    "change_in_stocks",
    "inventories",
    "inventory_changes",
    "changes_in_inventories",
    "change_in_inventories",
    "valuables",
    "exports",
    "export",
    "imports",
    "demanda_final",
    "consumo",
    "consumo_final",
    "consumo_privado",
    "hogares",
    "gobierno",
    "consumo_de_gobierno",
    "inversion",
    "inversión",
    "formacion_bruta_de_capital",
    "formación_bruta_de_capital",
    "formacion_bruta_de_capital_fijo",
    "formación_bruta_de_capital_fijo",
    "variacion_de_existencias",
    "variación_de_existencias",
    "exportaciones",
    "importaciones",
    "demande_finale",
    "exportations",
    "endnachfrage",
    "exporte",
];

/// Output, as a column or a row.
const OUTPUT: &[&str] = &[
    "output",
    "gross_output",
    "total_output",
    "total_input",
    "total_inputs",
    "gross_input",
    "production",
    "produccion",
    "producción",
    "produccion_bruta",
    "producción_bruta",
    "valor_bruto_de_la_produccion",
    "valor_bruto_de_la_producción",
    "vbp",
    "produktionswert",
];

/// Value added.
const VALUE_ADDED: &[&str] = &[
    "value_added",
    "gross_value_added",
    "gva",
    "primary_inputs",
    "valor_agregado",
    "valor_agregado_bruto",
    "valor_añadido",
    "valor_añadido_bruto",
    "valeur_ajoutée",
    "valeur_ajoutee",
    "wertschöpfung",
    "bruttowertschöpfung",
];

/// Imported inputs.
const IMPORTS: &[&str] = &[
    "imports",
    "imported_inputs",
    "imported_intermediates",
    "intermediate_imports",
    "importaciones",
    "insumos_importados",
    "importations",
    "importe",
    "vorleistungsimporte",
];

/// Rows that stand beside the money, or are part of value added.
const SATELLITES: &[&str] = &[
    "income",
    "labour_income",
    "labor_income",
    "compensation",
    "compensation_of_employees",
    "wages",
    "salaries",
    "wages_and_salaries",
    "operating_surplus",
    "gross_operating_surplus",
    "mixed_income",
    "profits",
    "taxes",
    "taxes_on_production",
    "taxes_less_subsidies",
    "employment",
    "employees",
    "jobs",
    "workers",
    "persons",
    "persons_engaged",
    "hours",
    "hours_worked",
    "emissions",
    "co2",
    "co2e",
    "ghg",
    "energy",
    "water",
    "land",
    "remuneraciones",
    "empleo",
    "personal_ocupado",
    "excedente_de_operacion",
    "excedente_de_operación",
];

/// Sums.
const TOTALS: &[&str] = &[
    "total",
    "totals",
    "sum",
    "sums",
    "subtotal",
    "grand_total",
    "all",
    "all_sectors",
    "all_industries",
    "total_intermediate",
    "total_intermediate_use",
    "total_intermediate_uses",
    "total_intermediate_inputs",
    "total_intermediate_consumption",
    "total_final_demand",
    "total_final_use",
    "total_final_uses",
    "total_final_consumption",
    "total_uses",
    "total_use",
    "total_supply",
    "total_value_added",
    "suma",
    "suma_total",
    "totales",
    "subtotales",
    "total_general",
    "total_nacional",
    "total_de_usos",
    "total_usos",
    "demanda_intermedia",
    "demanda_total",
    "utilizacion_total",
    "utilización_total",
    "total_consumo_intermedio",
    "somme",
    "totaux",
    "total_général",
    "summe",
    "gesamt",
    "insgesamt",
    "zusammen",
    "totale",
    "somma",
    "totaal",
    "som",
    "soma",
    "totais",
    "razem",
    "suma_ogółem",
    "ogółem",
    "celkem",
    "итого",
    "всего",
    "合計",
    "合计",
    "总计",
    "總計",
    "計",
    "합계",
    "총계",
    "toplam",
    "المجموع",
];

/// A word as it is compared.
pub(crate) fn word(text: &str) -> String {
    let lower = text.trim().to_lowercase();
    lower
        .split([' ', '-', '_', '\u{a0}', '\n', '\r'])
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("_")
}

/// Whether a label is a word for a sum.
pub(crate) fn is_total(label: &str) -> bool {
    let word = word(label);
    let word = word.trim_end_matches(['.', ':']);
    TOTALS.contains(&word)
}

/// Whether satellite rows of this name count people who work.
pub(crate) fn counts_workers(name: &str) -> bool {
    [
        "employment",
        "employees",
        "jobs",
        "workers",
        "persons",
        "persons_engaged",
        "empleo",
        "personal_ocupado",
    ]
    .contains(&word(name).as_str())
}

/// Whether a category of final demand is exports.
pub(crate) fn is_exports(name: &str) -> bool {
    let word = word(name);
    let word = word.strip_prefix("fd_").unwrap_or(&word);
    ["exports", "export", "exportaciones", "exportations", "exporte"].contains(&word)
}

/// Whether a category of final demand is imports, which count below zero.
pub(crate) fn is_imports(name: &str) -> bool {
    let word = word(name);
    let word = word.strip_prefix("fd_").unwrap_or(&word);
    IMPORTS.contains(&word)
}

/// The user's own word for a label (`--map NAME=LABEL`), else the label as a word.
fn meant(label: &str, policy: &Policy) -> String {
    let named = policy.columns.iter().find(|(_, title)| word(title) == word(label));
    named.map_or_else(|| word(label), |(name, _)| word(name))
}

/// Whether the user said of a label that it is to be passed over (`--map skip=T005 --map skip_2=T006`).
fn is_skipped(word: &str) -> bool {
    word == "skip" || word.starts_with("skip_")
}

/// What a column is by its title; none for a sector.
pub(crate) fn column_role(
    title: &str,
    region: Option<&str>,
    policy: &Policy,
) -> Option<ColumnRole> {
    let word = meant(title, policy);
    if OUTPUT.contains(&word.as_str()) {
        return Some(ColumnRole::Output);
    }
    if is_skipped(&word) {
        return Some(ColumnRole::Skip);
    }
    let is_demand = FINAL_DEMAND.contains(&word.as_str()) || word.starts_with("fd_");
    let label = Label { region: region.map(Into::into), name: title.into() };
    is_demand.then_some(ColumnRole::FinalDemand(label))
}

/// What a row is by its label; none for a sector, or for a row of which the label says nothing.
pub(crate) fn row_role(label: &str, policy: &Policy) -> Option<RowRole> {
    let word = meant(label, policy);
    let is = |words: &[&str]| words.contains(&word.as_str());
    if is_skipped(&word) {
        Some(RowRole::Skip)
    } else if is(OUTPUT) {
        Some(RowRole::Output)
    } else if is(VALUE_ADDED) || word.starts_with("va_") {
        Some(RowRole::ValueAdded(label.into()))
    } else if is(IMPORTS) || word.starts_with("imports_") {
        Some(RowRole::Imports(label.into()))
    } else if is(SATELLITES) || word.starts_with("satellite_") {
        Some(RowRole::Satellite(label.into(), None))
    } else {
        None
    }
}
