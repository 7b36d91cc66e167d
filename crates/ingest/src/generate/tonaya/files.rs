//! The files.

use super::cluster::{Cluster, label, name};
use super::economy::{self, Accounts};
use super::parameters::{HOURS_A_YEAR, RESERVE};
use super::recipes::{SPLIT_OFF, When};
use super::ties;
use super::trades::{TRADES, Trade};
use crate::generate::chance::{About, whole};
use std::io::{self, BufWriter, Write};

/// `edges.csv`; and what every period comes to.
pub(super) fn edges(cluster: &Cluster, out: &mut dyn Write) -> io::Result<Vec<Accounts>> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    writeln!(out, "source,target,flow,period,product,quantity,unit")?;
    let mut periods = Vec::with_capacity(cluster.n_periods);
    for period in 0..cluster.n_periods {
        let year = label(period);
        periods.push(economy::run(cluster, period, &mut |d| {
            let seller = cluster.id(d.seller);
            let buyer = cluster.id(d.buyer);
            let (product, quantity, unit) = (d.product, d.quantity, d.unit);
            writeln!(
                out,
                "{seller},{buyer},{},{year},{product},{quantity},{unit}",
                Thousand(d.pesos)
            )
        })?);
    }
    out.flush()?;
    Ok(periods)
}

/// `cooperation.csv`.
pub(super) fn cooperation(cluster: &Cluster, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    writeln!(out, "firm_a,firm_b,kind,form,period")?;
    for period in 0..cluster.n_periods {
        let year = label(period);
        ties::of_period(cluster, period, &mut |tie| {
            let (a, b) = (cluster.id(tie.a), cluster.id(tie.b));
            writeln!(out, "{a},{b},{},{},{year}", tie.kind, tie.form)
        })?;
    }
    out.flush()
}

/// `essential.csv`: what a buyer cannot make anything without is essential, and what it can do itself, put off or get
/// elsewhere is not.
pub(super) fn essential(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "supplier_sector,buyer_sector,class")?;
    for buyer in &TRADES {
        for input in buyer.inputs {
            let class = if input.is_essential() { 2 } else { 1 };
            writeln!(out, "{},{},{class}", input.of.spec().role, buyer.role)?;
        }
    }
    Ok(())
}

/// `tasks.csv`; and the hours of every firm in the last period.
pub(super) fn tasks(
    cluster: &Cluster,
    periods: &[Accounts],
    out: &mut dyn Write,
) -> io::Result<Vec<u64>> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    writeln!(out, "firm,task,hours,period")?;
    let mut last = vec![0; cluster.n_firms()];
    for (period, accounts) in periods.iter().enumerate() {
        let year = label(period);
        last.fill(0);
        for spec in &TRADES {
            for i in 0..cluster.active(spec.trade, period) {
                let firm = cluster.firms(spec.trade).start + i;
                let id = cluster.id((spec.trade, i));
                for (task, hours) in work(cluster, accounts, period, (spec.trade, i)) {
                    last[firm] += hours;
                    writeln!(out, "{id},{task},{hours},{year}")?;
                }
            }
        }
    }
    out.flush()?;
    Ok(last)
}

/// The tasks of a firm with their hours: that of its trade, and for a distiller those that it does not leave to
/// others, which take it as long as they would take them.
fn work(
    cluster: &Cluster,
    accounts: &Accounts,
    period: usize,
    (trade, index): (Trade, usize),
) -> Vec<(&'static str, u64)> {
    let firm = cluster.firms(trade).start + index;
    let spec = trade.spec();
    let mut work = Vec::new();
    let mut add = |task: &'static str, hours: f64| {
        if hours >= 0.5 {
            work.push((task, whole(hours)));
        }
    };
    if trade != Trade::Distiller {
        add(spec.task, accounts.units[firm] as f64 * spec.hours);
        return work;
    }
    let (made, sold) = (accounts.made[firm] as f64, accounts.units[firm] as f64);
    add(spec.task, made * spec.hours);
    for task in SPLIT_OFF.into_iter().filter(|&task| !cluster.outsources(index, task, period)) {
        let service = spec.inputs.iter().find(|input| input.when == When::Bought(task));
        let units = service.map_or(sold, |input| made * input.per_unit);
        add(task.spec().task, units * task.spec().hours);
    }
    work
}

/// `accounts.csv`.
pub(super) fn accounts(
    cluster: &Cluster,
    periods: &[Accounts],
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    writeln!(out, "id,period,output,final_demand,value_added,imports")?;
    for (period, accounts) in periods.iter().enumerate() {
        let year = label(period);
        for spec in &TRADES {
            for i in 0..cluster.active(spec.trade, period) {
                let firm = cluster.firms(spec.trade).start + i;
                let output = accounts.output(firm);
                let imports = accounts.imports(spec.trade, firm);
                // Recipes and prices leave every trade a margin; the test of the accounts holds them to it.
                let value_added = output.saturating_sub(accounts.purchases[firm] + imports);
                let id = cluster.id((spec.trade, i));
                let [x, f, v, m] =
                    [output, accounts.final_sales[firm], value_added, imports].map(Thousand);
                writeln!(out, "{id},{year},{x},{f},{v},{m}")?;
            }
        }
    }
    out.flush()
}

/// `nodes.csv`.
pub(super) fn nodes(
    cluster: &Cluster,
    periods: &[Accounts],
    hours: &[u64],
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    writeln!(out, "id,name,role,stage,region,owner,lat,lon,capacity,employees,technology")?;
    for spec in &TRADES {
        for (i, firm) in cluster.firms(spec.trade).enumerate() {
            let id = cluster.id((spec.trade, i));
            let name = name(spec.trade, i);
            let (role, stage) = (spec.role, spec.stage);
            let (region, lat, lon) = cluster.place(spec.trade, i);
            let owner = cluster.owner(spec.trade, i);
            let largest = periods.iter().map(|p| p.output(firm)).max().unwrap_or(0);
            let [least, most] = RESERVE;
            let reserve = cluster.chance.unit(About::Reserve, [firm, 0, 0]);
            let capacity = largest as f64 * (1.0 + least + (most - least) * reserve);
            let capacity = Thousand(whole(capacity.ceil()));
            let employees = (hours[firm] as f64 / HOURS_A_YEAR).ceil().max(1.0);
            let technology = if cluster.is_complex(spec.trade, i) { "complex" } else { "simple" };
            writeln!(
                out,
                "{id},{name},{role},{stage},{region},{owner},{lat:.4},{lon:.4},{capacity},{employees},{technology}"
            )?;
        }
    }
    out.flush()
}

/// Whole pesos, written in thousands.
struct Thousand(u64);

impl std::fmt::Display for Thousand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (thousands, pesos) = (self.0 / 1000, self.0 % 1000);
        match pesos {
            0 => write!(f, "{thousands}"),
            _ if pesos % 100 == 0 => write!(f, "{thousands}.{}", pesos / 100),
            _ if pesos % 10 == 0 => write!(f, "{thousands}.{:02}", pesos / 10),
            _ => write!(f, "{thousands}.{pesos:03}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pesos_are_written_in_thousands_without_loss() {
        let written = [0, 5, 120, 1000, 1050, 12_345].map(|p| Thousand(p).to_string());
        assert_eq!(written, ["0", "0.005", "0.12", "1", "1.05", "12.345"]);
    }
}
