//! What the model promises: the same bytes again, accounts that add up, and a labour process that is split further.

use super::Tonaya;
use super::trades::TRADES;
use crate::generate::{GenerateOptions, Model, Sink};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

#[derive(Default)]
struct Memory(BTreeMap<String, Vec<u8>>);

impl Sink for Memory {
    fn file(&mut self, path: &str) -> io::Result<Box<dyn Write + '_>> {
        let file = self.0.entry(path.to_owned()).or_default();
        assert!(file.is_empty(), "{path} is written once");
        Ok(Box::new(file))
    }
}

fn files(options: GenerateOptions) -> Memory {
    let mut memory = Memory::default();
    Tonaya.generate(&options, &mut memory).expect("memory does not refuse");
    memory
}

/// Rows by column name; no field of these files needs quotes.
fn rows(memory: &Memory, path: &str) -> Vec<BTreeMap<String, String>> {
    let text = std::str::from_utf8(&memory.0[path]).expect("UTF-8");
    assert!(!text.contains('"'));
    let mut lines = text.lines();
    let titles: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let row = |line: &str| -> BTreeMap<String, String> {
        let fields: Vec<&str> = line.split(',').collect();
        assert_eq!(fields.len(), titles.len(), "{path}: {line}");
        titles.iter().zip(fields).map(|(t, f)| ((*t).to_owned(), f.to_owned())).collect()
    };
    lines.map(row).collect()
}

/// Thousands with three decimals, as pesos.
fn pesos(text: &str) -> i64 {
    let (thousands, rest) = text.split_once('.').unwrap_or((text, ""));
    let read = |digits: &str| digits.parse::<i64>().expect("digits");
    read(thousands) * 1000 + read(&format!("{rest:0<3}"))
}

const YEARS: [&str; 4] = ["1986", "1989", "1992", "1995"];

#[test]
fn one_seed_one_economy() {
    let options = GenerateOptions::default();
    assert_eq!(files(options).0, files(options).0);
    let other = files(GenerateOptions { seed: 2, ..options });
    assert_ne!(files(options).0["edges.csv"], other.0["edges.csv"]);
}

#[test]
fn the_files_are_those_that_are_announced() {
    let written: Vec<String> = files(GenerateOptions::default()).0.into_keys().collect();
    let mut announced: Vec<&str> = Tonaya.spec().files.iter().map(|f| f.0).collect();
    announced.sort_unstable();
    assert_eq!(written, announced);
}

#[test]
fn edges_join_known_firms_once_a_period() {
    let memory = files(GenerateOptions::default());
    let ids: BTreeSet<String> =
        rows(&memory, "nodes.csv").iter().map(|r| r["id"].clone()).collect();
    assert_eq!(ids.len(), 300);
    let edges = rows(&memory, "edges.csv");
    let mut seen = BTreeSet::new();
    for e in &edges {
        assert!(
            ids.contains(&e["source"]) && ids.contains(&e["target"]) && e["source"] != e["target"]
        );
        assert!(pesos(&e["flow"]) > 0);
        assert!(seen.insert((&e["period"], &e["source"], &e["target"])), "{e:?}");
    }
    let last = edges.iter().filter(|e| e["period"] == "1995").count();
    assert!((1100..1400).contains(&last), "{last} edges");
}

#[test]
fn flows_are_quantities_times_prices() {
    let memory = files(GenerateOptions::default());
    let bulk: Vec<_> =
        rows(&memory, "edges.csv").into_iter().filter(|e| e["product"] == "agave").collect();
    assert!(!bulk.is_empty());
    for e in bulk {
        let kg: f64 = e["quantity"].parse().expect("a number");
        let off = pesos(&e["flow"]) as f64 - kg * 2.5;
        assert!(e["unit"] == "kg" && off.abs() <= 0.5, "{e:?}");
    }
}

#[test]
fn accounts_add_up_and_nobody_works_for_nothing() {
    for (firms, seed) in [(60, 1), (300, 1), (300, 2), (1000, 3)] {
        let memory = files(GenerateOptions { firms, seed, periods: 4 });
        let (mut sales, mut purchases) = (BTreeMap::new(), BTreeMap::new());
        for e in rows(&memory, "edges.csv") {
            let flow = pesos(&e["flow"]);
            *sales.entry((e["period"].clone(), e["source"].clone())).or_insert(0) += flow;
            *purchases.entry((e["period"].clone(), e["target"].clone())).or_insert(0) += flow;
        }
        let mut final_demand = 0;
        for a in rows(&memory, "accounts.csv") {
            let key = (a["period"].clone(), a["id"].clone());
            let of = |book: &BTreeMap<_, i64>| book.get(&key).copied().unwrap_or(0);
            let [x, f, v, m] =
                ["output", "final_demand", "value_added", "imports"].map(|c| pesos(&a[c]));
            assert_eq!(x, of(&sales) + f, "{a:?}");
            assert_eq!(x, of(&purchases) + m + v, "{a:?}");
            assert!(v > 0, "{a:?}");
            final_demand += f;
        }
        assert!(final_demand > 0);
    }
}

#[test]
fn capacity_suffices_in_every_period() {
    let memory = files(GenerateOptions::default());
    let capacity: BTreeMap<String, i64> = rows(&memory, "nodes.csv")
        .iter()
        .map(|n| (n["id"].clone(), pesos(&n["capacity"])))
        .collect();
    for a in rows(&memory, "accounts.csv") {
        assert!(pesos(&a["output"]) <= capacity[&a["id"]], "{a:?}");
    }
}

/// Firms of a stage in a period, and the Herfindahl index of their outputs.
fn stages(memory: &Memory, year: &str) -> BTreeMap<String, (usize, f64)> {
    let nodes = rows(memory, "nodes.csv");
    let stage: BTreeMap<&str, &str> =
        nodes.iter().map(|n| (n["id"].as_str(), n["stage"].as_str())).collect();
    let mut outputs: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for a in rows(memory, "accounts.csv").iter().filter(|a| a["period"] == year) {
        let of_stage = outputs.entry(stage[a["id"].as_str()].to_owned()).or_default();
        of_stage.push(pesos(&a["output"]) as f64);
    }
    let index = |x: Vec<f64>| {
        let total: f64 = x.iter().sum();
        (x.len(), x.iter().map(|x| (x / total).powi(2)).sum())
    };
    outputs.into_iter().map(|(stage, x)| (stage, index(x))).collect()
}

#[test]
fn every_stage_has_more_firms_and_is_less_concentrated_at_the_end() {
    let memory = files(GenerateOptions::default());
    let by_year = YEARS.map(|year| stages(&memory, year));
    assert_eq!(by_year[3].len(), 11);
    for (stage, &(firms, concentration)) in &by_year[3] {
        let counts = [0, 1, 2, 3].map(|t| by_year[t][stage].0);
        assert!(counts.is_sorted() && counts[0] < firms, "{stage} {counts:?}");
        let before = by_year[0][stage].1;
        assert!(concentration < before, "{stage}: {before} to {concentration}");
    }
}

#[test]
fn concentration_falls_on_average_whatever_the_seed() {
    for seed in 1..=20 {
        let memory = files(GenerateOptions { seed, ..GenerateOptions::default() });
        let mean = |year| {
            let stages = stages(&memory, year);
            stages.values().map(|s| s.1).sum::<f64>() / stages.len() as f64
        };
        let means = YEARS.map(mean);
        assert!(means.windows(2).all(|w| w[1] < w[0]), "seed {seed}: {means:?}");
    }
}

/// Mutual information of firms and tasks over the entropy of tasks: 1 when each firm has one task.
fn division_of_labour(memory: &Memory, year: &str) -> f64 {
    let cells: Vec<(String, String, f64)> = rows(memory, "tasks.csv")
        .iter()
        .filter(|t| t["period"] == year)
        .map(|t| (t["firm"].clone(), t["task"].clone(), t["hours"].parse().expect("a number")))
        .collect();
    let total: f64 = cells.iter().map(|c| c.2).sum();
    let (mut by_firm, mut by_task) = (BTreeMap::new(), BTreeMap::new());
    for (firm, task, hours) in &cells {
        *by_firm.entry(firm).or_insert(0.0) += hours / total;
        *by_task.entry(task).or_insert(0.0) += hours / total;
    }
    let information: f64 = cells
        .iter()
        .map(|(firm, task, hours)| {
            let p = hours / total;
            p * (p / (by_firm[firm] * by_task[task])).ln()
        })
        .sum();
    information / by_task.values().map(|q| -q * q.ln()).sum::<f64>()
}

/// What distillers buy, over what they sell.
fn outsourcing(memory: &Memory, year: &str) -> f64 {
    let (mut bought, mut sold) = (0, 0);
    for a in rows(memory, "accounts.csv") {
        if a["period"] == year && a["id"].starts_with("palenque_") {
            let [x, v, m] = ["output", "value_added", "imports"].map(|c| pesos(&a[c]));
            sold += x;
            bought += x - v - m;
        }
    }
    bought as f64 / sold as f64
}

#[test]
fn the_labour_process_is_split_further_every_period() {
    for seed in 1..=20 {
        let memory = files(GenerateOptions { seed, ..GenerateOptions::default() });
        for index in [division_of_labour, outsourcing] {
            let values = YEARS.map(|year| index(&memory, year));
            assert!(values.windows(2).all(|w| w[0] < w[1]), "seed {seed}: {values:?}");
        }
    }
}

#[test]
fn most_relations_last_and_some_do_not() {
    let edges = rows(&files(GenerateOptions::default()), "edges.csv");
    let pairs = |year: &str| -> BTreeSet<(String, String)> {
        let of_year = edges.iter().filter(|e| e["period"] == year);
        of_year.map(|e| (e["source"].clone(), e["target"].clone())).collect()
    };
    let (before, after) = (pairs("1992"), pairs("1995"));
    let kept = before.intersection(&after).count() as f64 / before.len() as f64;
    assert!((0.5..0.95).contains(&kept), "{kept}");
}

#[test]
fn some_distillers_are_kin_and_firms_cooperate() {
    let memory = files(GenerateOptions::default());
    let nodes = rows(&memory, "nodes.csv");
    let owners: Vec<&str> = nodes
        .iter()
        .filter(|n| n["role"] == "distiller")
        .map(|n| n["owner"].as_str())
        .filter(|owner| owner.starts_with("Familia Ficticia"))
        .collect();
    assert!(owners.len() > owners.iter().collect::<BTreeSet<_>>().len(), "{owners:?}");
    let ties = rows(&memory, "cooperation.csv");
    let count = |year: &str| ties.iter().filter(|t| t["period"] == year).count();
    assert!(YEARS.map(count).is_sorted());
    for kind in ["bilateral", "multilateral"] {
        assert!(ties.iter().any(|t| t["kind"] == kind));
    }
    assert!(ties.iter().all(|t| t["firm_a"] != t["firm_b"]));
}

#[test]
fn firms_lie_around_tonaya() {
    for n in rows(&files(GenerateOptions::default()), "nodes.csv") {
        let [lat, lon] = ["lat", "lon"].map(|c| n[c].parse::<f64>().expect("a number"));
        assert!((19.2..21.0).contains(&lat) && (-104.4..-103.0).contains(&lon), "{n:?}");
    }
}

#[test]
fn no_name_is_one_that_the_sources_name() {
    let real = [
        "Corona",
        "Santana",
        "Radillo",
        "Paz",
        "Robles",
        "Cobián",
        "Vizcaíno",
        "Quiles",
        "Costeño",
        "Dos Gallos",
        "Mezcalito",
        "Tonayan",
        "Roble",
        "Almoloyan",
        "Huapanguero",
        "Rebelde",
    ];
    let memory = files(GenerateOptions::default());
    for n in rows(&memory, "nodes.csv") {
        for name in real {
            assert!(!n["name"].contains(name) && !n["owner"].contains(name), "{n:?}");
        }
    }
}

#[test]
fn every_parameter_of_a_trade_is_in_the_documentation() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/tonaya.md");
    let page = std::fs::read_to_string(page).expect("docs/tonaya.md is there");
    let number = |x: f64| format!("{x:.4}").trim_end_matches('0').trim_end_matches('.').to_owned();
    let mut missing = String::new();
    let mut require = |cells: Vec<String>| {
        let row = format!("| {} |", cells.join(" | "));
        if !page.contains(&row) {
            missing += &row;
            missing.push('\n');
        }
    };
    for spec in &TRADES {
        let role = format!("`{}`", spec.role);
        let mut cells = vec![role.clone(), spec.stage.into(), spec.firms.to_string()];
        cells.extend([spec.first, spec.hours, spec.imports, spec.complex, spec.spread].map(number));
        cells.extend(spec.regions.map(number));
        require(cells);
        for input in spec.inputs {
            let mut cells =
                vec![role.clone(), input.product.into(), format!("`{}`", input.of.spec().role)];
            cells.push(format!("{} {}", number(input.per_unit), input.of.spec().unit));
            cells.push(number(input.centavos as f64 / 100.0));
            cells.push(input.slots.to_string());
            require(cells);
        }
    }
    assert!(missing.is_empty(), "docs/tonaya.md lacks these rows:\n{missing}");
}

/// Counts what is written and forgets it.
#[derive(Default)]
struct Counter(BTreeMap<String, u64>);

struct Lines<'a>(&'a mut u64);

impl Write for Lines<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        *self.0 += bytes.iter().map(|&b| u64::from(b == b'\n')).sum::<u64>();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink for Counter {
    fn file(&mut self, path: &str) -> io::Result<Box<dyn Write + '_>> {
        Ok(Box::new(Lines(self.0.entry(path.to_owned()).or_default())))
    }
}

#[test]
fn a_hundred_thousand_firms_are_a_matter_of_seconds() {
    let mut counter = Counter::default();
    let options = GenerateOptions { firms: 100_000, seed: 1, periods: 2 };
    Tonaya.generate(&options, &mut counter).expect("nothing refuses");
    assert_eq!(counter.0["nodes.csv"], 100_001);
    assert!(counter.0["edges.csv"] > 400_000, "{:?}", counter.0);
}
