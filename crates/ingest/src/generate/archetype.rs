//! Three clusters that make the same and are organised differently: many small firms in one place, one large firm with satellites, small
//! firms far apart. What they differ in is in [`Organisation`]; all of it is assumed.

use super::chance::{About, Chance};
use super::{GenerateOptions, Model, ModelSpec, Sink};
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

/// How a cluster is organised.
struct Organisation {
    spec: &'static ModelSpec,
    /// Suppliers that a firm has of each input.
    sources: usize,
    /// The chance that one of them is another in the next period.
    renewal: f64,
    /// How far from the middle firms are, in km.
    reach: f64,
    /// The share of pairs of one stage that cooperate; of sellers and buyers; and of firms in an association.
    cooperation: [f64; 3],
    /// What capacity leaves above output, at least and at most.
    reserve: [f64; 2],
    /// Firms whose technology is complex.
    complex: f64,
    /// The chance that a firm also does a task of the stage beside its own.
    second_task: f64,
    /// Firms in the first period, as a share of the last.
    at_first: f64,
    /// The share of orders that go to one firm, which distils, carries and bottles.
    integrated: f64,
}

/// A stage: what it is called, who does it, what, its share of firms, and what it buys: of whom, how much of its own output.
struct Stage {
    name: &'static str,
    role: &'static str,
    task: &'static str,
    share: f64,
    inputs: &'static [(usize, f64)],
}

const GROWING: usize = 0;
const HAULING: usize = 1;
const DISTILLING: usize = 2;
const BOTTLING: usize = 3;
const RETAIL: usize = 4;

static STAGES: [Stage; 5] = [
    Stage { name: "01 growing", role: "grower", task: "growing", share: 0.40, inputs: &[] },
    Stage { name: "02 hauling", role: "haulier", task: "hauling", share: 0.10, inputs: &[] },
    Stage {
        name: "03 distilling",
        role: "distiller",
        task: "distilling",
        share: 0.25,
        inputs: &[(GROWING, 0.40), (HAULING, 0.08)],
    },
    Stage {
        name: "04 bottling",
        role: "bottler",
        task: "bottling",
        share: 0.10,
        inputs: &[(DISTILLING, 0.60), (HAULING, 0.05)],
    },
    Stage {
        name: "05 retail",
        role: "shop",
        task: "selling",
        share: 0.15,
        inputs: &[(BOTTLING, 0.65)],
    },
];

const FILES: &[(&str, &str)] = &[
    ("README.md", "What the files are; that they are synthetic."),
    ("edges.csv", "Who sells to whom, by period."),
    ("cooperation.csv", "Who cooperates with whom, how, by period."),
    ("essential.csv", "Which inputs a trade cannot do without: all of them."),
    ("tasks.csv", "Hours that each firm spends on each task, by period."),
    ("accounts.csv", "Output, final demand and value added of each firm, by period."),
    ("nodes.csv", "The firms: what they do, where, what they could produce."),
];

/// Many small firms in one place that buy from several others.
pub(super) static DISTRICT: Archetype = Archetype(Organisation {
    spec: &ModelSpec {
        name: "district",
        summary: "A synthetic cluster of small flexible firms: every stage split among many, in one place, with several suppliers each.",
        files: FILES,
    },
    sources: 4,
    renewal: 0.30,
    reach: 6.0,
    cooperation: [0.04, 0.10, 0.5],
    reserve: [0.2, 0.6],
    complex: 0.05,
    second_task: 0.10,
    at_first: 0.5,
    integrated: 0.0,
});

/// One firm that does most of the work itself, and satellites around it.
pub(super) static HUB: Archetype = Archetype(Organisation {
    spec: &ModelSpec {
        name: "hub",
        summary: "A synthetic cluster of one integrated firm, which distils, carries and bottles, with satellites that depend on it.",
        files: FILES,
    },
    sources: 1,
    renewal: 0.05,
    reach: 6.0,
    cooperation: [0.002, 0.02, 0.1],
    reserve: [0.05, 0.15],
    complex: 0.05,
    second_task: 0.10,
    at_first: 1.0,
    integrated: 0.85,
});

/// Small firms far apart, each with one supplier of each input.
pub(super) static SCATTERED: Archetype = Archetype(Organisation {
    spec: &ModelSpec {
        name: "scattered",
        summary: "Synthetic small firms of the same trades far apart, each with one supplier of each input and little to do with its peers.",
        files: FILES,
    },
    sources: 1,
    renewal: 0.05,
    reach: 250.0,
    cooperation: [0.002, 0.02, 0.1],
    reserve: [0.05, 0.3],
    complex: 0.05,
    second_task: 0.60,
    at_first: 1.0,
    integrated: 0.0,
});

/// One of the three.
pub(super) struct Archetype(Organisation);

/// What all shops sell in a period, in thousands.
const SALES: f64 = 100_000.0;
/// The first year, and the years between periods.
const YEARS: (usize, usize) = (2010, 5);
/// The middle of the cluster.
const MIDDLE: (f64, f64) = (20.0, -104.0);
/// Kilometres of a degree of latitude.
const DEGREE: f64 = 111.2;

/// A firm: its stage, and which of it.
type Firm = (usize, usize);

struct Made<'a> {
    organisation: &'a Organisation,
    chance: Chance,
    /// Firms of each stage in the last period.
    sizes: [usize; 5],
    periods: usize,
}

/// What became of a period.
#[derive(Default)]
struct Period {
    flows: BTreeMap<(Firm, Firm), f64>,
    output: BTreeMap<Firm, f64>,
    bought: BTreeMap<Firm, f64>,
    sales: BTreeMap<Firm, f64>,
}

/// The integrated firm, where there is one.
const INTEGRATED: Firm = (DISTILLING, 0);

impl Made<'_> {
    fn new<'a>(organisation: &'a Organisation, options: &GenerateOptions) -> io::Result<Made<'a>> {
        let refuse = |what: &str| Err(io::Error::new(io::ErrorKind::InvalidInput, what));
        if options.firms < 20 {
            return refuse("a cluster of all stages needs 20 firms or more");
        }
        if options.periods == 0 {
            return refuse("there must be a period");
        }
        let mut sizes = [0; 5];
        for (size, stage) in sizes.iter_mut().zip(&STAGES) {
            *size = super::chance::whole(stage.share * options.firms as f64).max(2) as usize;
        }
        let chance = Chance::new(options.seed);
        Ok(Made { organisation, chance, sizes, periods: options.periods })
    }

    /// Firms of a stage that are there.
    fn active(&self, stage: usize, period: usize) -> usize {
        let of_last =
            if self.periods == 1 { 1.0 } else { period as f64 / (self.periods - 1) as f64 };
        let share = self.organisation.at_first + (1.0 - self.organisation.at_first) * of_last;
        (super::chance::whole(share * self.sizes[stage] as f64) as usize)
            .clamp(1, self.sizes[stage])
    }

    fn number(&self, (stage, i): Firm) -> usize {
        self.sizes[..stage].iter().sum::<usize>() + i
    }

    fn id((stage, i): Firm) -> String {
        format!("{}_{:03}", STAGES[stage].role, i + 1)
    }

    fn firms(&self, period: usize) -> impl Iterator<Item = Firm> + '_ {
        (0..STAGES.len()).flat_map(move |s| (0..self.active(s, period)).map(move |i| (s, i)))
    }

    fn is_integrated(&self, firm: Firm) -> bool {
        self.organisation.integrated > 0.0 && firm == INTEGRATED
    }

    /// Who a firm buys an input from, and which share from each.
    fn suppliers(&self, buyer: Firm, input: usize, period: usize) -> Vec<(Firm, f64)> {
        let key = self.number(buyer);
        let mut found = Vec::new();
        for slot in 0..self.organisation.sources {
            let what = input * 16 + slot;
            let is_renewed = |p: &usize| {
                self.chance.unit(About::Renewal, [key, what, *p]) < self.organisation.renewal
            };
            let epoch = (1..=period).filter(is_renewed).count();
            let inside = [DISTILLING, HAULING, BOTTLING].contains(&input) && buyer != INTEGRATED;
            let to_one = inside
                && self.chance.unit(About::Outsourcing, [key, what, epoch])
                    < self.organisation.integrated;
            let seller = if to_one {
                INTEGRATED
            } else {
                // Of those who were there when it was chosen.
                let n = self.active(input, epoch.min(period));
                let at = self.chance.unit(About::Slot, [key, what, epoch]) * n as f64;
                (input, (super::chance::whole(at.floor()) as usize).min(n - 1))
            };
            let weight = 0.5 + self.chance.unit(About::Weight, [key, what, epoch]);
            found.push((seller, weight));
        }
        let all: f64 = found.iter().map(|(_, weight)| weight).sum();
        found.into_iter().map(|(seller, weight)| (seller, weight / all)).collect()
    }

    /// Orders from shops back to growers.
    fn run(&self, period: usize) -> Period {
        let mut made = Period::default();
        let n_shops = self.active(RETAIL, period);
        let sizes: Vec<f64> = (0..n_shops).map(|i| (i as f64 + 1.0).powf(-0.4)).collect();
        let all: f64 = sizes.iter().sum();
        for (i, size) in sizes.iter().enumerate() {
            made.sales.insert((RETAIL, i), SALES * size / all);
        }
        for stage in [RETAIL, BOTTLING, DISTILLING] {
            for buyer in (0..self.active(stage, period)).map(|i| (stage, i)) {
                let sold = made.flows.range((buyer, (0, 0))..=(buyer, (9, usize::MAX)));
                let sold: f64 = sold.map(|(_, flow)| flow).sum();
                let output = sold + made.sales.get(&buyer).copied().unwrap_or(0.0);
                if output <= 0.0 {
                    continue;
                }
                for &(input, share) in STAGES[stage].inputs {
                    // What it does itself it does not buy.
                    if self.is_integrated(buyer) && input == HAULING {
                        continue;
                    }
                    for (seller, part) in self.suppliers(buyer, input, period) {
                        if seller != buyer {
                            *made.flows.entry((seller, buyer)).or_default() +=
                                output * share * part;
                        }
                    }
                }
            }
        }
        for ((seller, buyer), flow) in &made.flows {
            *made.output.entry(*seller).or_default() += flow;
            *made.bought.entry(*buyer).or_default() += flow;
        }
        for (firm, sales) in &made.sales {
            *made.output.entry(*firm).or_default() += sales;
        }
        made
    }

    /// The tasks of a firm with the share of its hours.
    fn tasks(&self, firm: Firm) -> Vec<(&'static str, f64)> {
        if self.is_integrated(firm) {
            let share = |stage: usize, share| (STAGES[stage].task, share);
            return vec![
                share(HAULING, 0.15),
                share(DISTILLING, 0.5),
                share(BOTTLING, 0.3),
                share(RETAIL, 0.05),
            ];
        }
        let own = STAGES[firm.0].task;
        let key = self.number(firm);
        if self.chance.unit(About::Subcontract, [key, 0, 0]) >= self.organisation.second_task {
            return vec![(own, 1.0)];
        }
        let beside = if firm.0 == RETAIL { BOTTLING } else { firm.0 + 1 };
        vec![(own, 0.65), (STAGES[beside].task, 0.35)]
    }

    fn place(&self, firm: Firm) -> (f64, f64) {
        let key = self.number(firm);
        let along =
            |axis| self.chance.bell(About::Place, [key, axis]) / 2.0 * self.organisation.reach;
        let (north, east) = (along(0), along(1));
        let latitude = MIDDLE.0 + north / DEGREE;
        (latitude, MIDDLE.1 + east / DEGREE / latitude.to_radians().cos())
    }

    fn year(period: usize) -> usize {
        YEARS.0 + YEARS.1 * period
    }

    fn cooperation(&self, period: usize, flows: &Period, out: &mut dyn Write) -> io::Result<()> {
        let [peers, partners, members] = self.organisation.cooperation;
        let year = Self::year(period);
        let unit = |a: Firm, b: Firm, what| {
            self.chance.unit(About::Tie, [self.number(a), self.number(b), what])
        };
        for stage in 0..STAGES.len() {
            let n = self.active(stage, period);
            for (a, b) in (0..n).flat_map(|a| (a + 1..n).map(move |b| ((stage, a), (stage, b)))) {
                if unit(a, b, 0) < peers {
                    writeln!(
                        out,
                        "{},{},bilateral,labour exchange,{year}",
                        Self::id(a),
                        Self::id(b)
                    )?;
                }
            }
            for member in (1..n).map(|i| (stage, i)) {
                let key = [self.number(member), 0, 0];
                if self.chance.unit(About::Membership, key) < members {
                    let first = Self::id((stage, 0));
                    writeln!(out, "{},{first},multilateral,association,{year}", Self::id(member))?;
                }
            }
        }
        for &(seller, buyer) in flows.flows.keys() {
            if unit(seller, buyer, 1) < partners {
                writeln!(out, "{},{},bilateral,advance,{year}", Self::id(seller), Self::id(buyer))?;
            }
        }
        Ok(())
    }
}

fn thousand(x: f64) -> f64 {
    (x * 1000.0).round() / 1000.0
}

impl Model for Archetype {
    fn spec(&self) -> &'static ModelSpec {
        self.0.spec
    }

    fn generate(&self, options: &GenerateOptions, sink: &mut dyn Sink) -> io::Result<()> {
        let made = Made::new(&self.0, options)?;
        let periods: Vec<Period> = (0..options.periods).map(|p| made.run(p)).collect();
        writeln!(
            sink.file("README.md")?,
            "# A synthetic cluster: {}\n\n{}\n\nNothing here is a record of any firm. The files read together:\n\n```console\n\
             $ palenque profile --edges edges.csv --nodes nodes.csv --accounts accounts.csv --relations cooperation=cooperation.csv \\\n\
             \x20   --input tasks=tasks.csv --input essential=essential.csv\n```",
            self.0.spec.name,
            self.0.spec.summary
        )?;
        let mut out = BufWriter::new(sink.file("edges.csv")?);
        writeln!(out, "source,target,flow,period")?;
        for (p, period) in periods.iter().enumerate() {
            for ((seller, buyer), flow) in &period.flows {
                let (seller, buyer) = (Made::id(*seller), Made::id(*buyer));
                writeln!(out, "{seller},{buyer},{},{}", thousand(*flow), Made::year(p))?;
            }
        }
        out.flush()?;
        drop(out);
        let mut out = BufWriter::new(sink.file("cooperation.csv")?);
        writeln!(out, "firm_a,firm_b,kind,form,period")?;
        for (p, period) in periods.iter().enumerate() {
            made.cooperation(p, period, &mut out)?;
        }
        out.flush()?;
        drop(out);
        let mut out = sink.file("essential.csv")?;
        writeln!(out, "supplier_sector,buyer_sector,class")?;
        for (stage, input) in STAGES.iter().flat_map(|s| s.inputs.iter().map(move |i| (s, i.0))) {
            writeln!(out, "{},{},2", STAGES[input].role, stage.role)?;
        }
        drop(out);
        let mut out = BufWriter::new(sink.file("tasks.csv")?);
        writeln!(out, "firm,task,hours,period")?;
        for (p, period) in periods.iter().enumerate() {
            for (firm, output) in &period.output {
                for (task, share) in made.tasks(*firm) {
                    let hours = (output * share).round();
                    writeln!(out, "{},{task},{hours},{}", Made::id(*firm), Made::year(p))?;
                }
            }
        }
        out.flush()?;
        drop(out);
        let mut out = BufWriter::new(sink.file("accounts.csv")?);
        writeln!(out, "id,period,output,final_demand,value_added")?;
        for (p, period) in periods.iter().enumerate() {
            for firm in made.firms(p) {
                let of = |amounts: &BTreeMap<Firm, f64>| amounts.get(&firm).copied().unwrap_or(0.0);
                let [output, sales, bought] =
                    [&period.output, &period.sales, &period.bought].map(of);
                let (id, year) = (Made::id(firm), Made::year(p));
                let [output, sales, added] = [output, sales, output - bought].map(thousand);
                writeln!(out, "{id},{year},{output},{sales},{added}")?;
            }
        }
        out.flush()?;
        drop(out);
        nodes(&made, &periods, &mut BufWriter::new(sink.file("nodes.csv")?))
    }
}

fn nodes(made: &Made<'_>, periods: &[Period], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "id,role,stage,lat,lon,capacity,employees,technology")?;
    for firm in made.firms(made.periods - 1) {
        let key = made.number(firm);
        let most =
            periods.iter().filter_map(|p| p.output.get(&firm)).fold(0.0_f64, |a, b| a.max(*b));
        let [low, high] = made.organisation.reserve;
        let reserve = low + (high - low) * made.chance.unit(About::Reserve, [key, 0, 0]);
        let is_complex = made.is_integrated(firm)
            || made.chance.unit(About::Technology, [key, 0, 0]) < made.organisation.complex;
        let (lat, lon) = made.place(firm);
        let stage = &STAGES[firm.0];
        writeln!(
            out,
            "{},{},{},{lat:.4},{lon:.4},{},{},{}",
            Made::id(firm),
            stage.role,
            stage.name,
            thousand(most * (1.0 + reserve)),
            (most / 250.0).ceil().max(1.0),
            if is_complex { "complex" } else { "simple" }
        )?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Memory(BTreeMap<String, Vec<u8>>);

    impl Sink for Memory {
        fn file(&mut self, path: &str) -> io::Result<Box<dyn Write + '_>> {
            Ok(Box::new(self.0.entry(path.to_owned()).or_default()))
        }
    }

    fn files(model: &Archetype, firms: usize) -> BTreeMap<String, String> {
        let mut memory = Memory::default();
        let options = GenerateOptions { firms, ..GenerateOptions::default() };
        model.generate(&options, &mut memory).expect("memory does not refuse");
        let text = |(name, bytes)| (name, String::from_utf8(bytes).expect("UTF-8"));
        memory.0.into_iter().map(text).collect()
    }

    #[test]
    fn accounts_add_up_and_the_same_seed_is_the_same_cluster() {
        for model in [&DISTRICT, &HUB, &SCATTERED] {
            let made = files(model, 100);
            assert_eq!(made, files(model, 100));
            let announced: Vec<&str> = model.spec().files.iter().map(|file| file.0).collect();
            assert!(made.keys().all(|name| announced.contains(&name.as_str())));
            let mut sums: BTreeMap<&str, [f64; 2]> = BTreeMap::new();
            for line in made["accounts.csv"].lines().skip(1) {
                let fields: Vec<&str> = line.split(',').collect();
                let number = |k: usize| fields[k].parse::<f64>().expect("a number");
                let of = sums.entry(fields[1]).or_default();
                *of = [of[0] + number(3), of[1] + number(4)];
                assert!(number(4) >= -0.01, "{line}");
            }
            // What is sold at the end is what everybody adds.
            for [sales, added] in sums.into_values() {
                assert!(
                    (sales - SALES).abs() < 1.0 && (added - SALES).abs() < 1.0,
                    "{sales} {added}"
                );
            }
        }
    }

    #[test]
    fn one_firm_has_most_of_the_hub_and_of_no_other() {
        let largest = |model| {
            let made = files(model, 100);
            let outputs = made["accounts.csv"].lines().skip(1).filter(|l| l.contains("distiller"));
            let outputs: Vec<f64> = outputs
                .map(|l| l.split(',').nth(2).and_then(|x| x.parse().ok()).unwrap_or(0.0))
                .collect();
            outputs.iter().copied().fold(0.0, f64::max) / outputs.iter().sum::<f64>() * 4.0
        };
        assert!(largest(&HUB) > 0.7 && largest(&DISTRICT) < 0.2);
    }
}
