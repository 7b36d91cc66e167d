//! One period: orders go up the chain, and every order is a flow.
//!
//! Final sales are given. Trade by trade, from shops to growers, a firm orders for each unit of its output what its
//! recipe says; what it orders is output of its suppliers. Quantities are whole units and flows whole pesos, so
//! that every account adds up exactly.

use super::cluster::Cluster;
use super::parameters::{
    BAGASSE, BULK, EXPORT, EXPORTED, FETCHED, LOYALTY_EXPONENT, RETAIL, SALES_EXPONENT,
    SOLD_OUTSIDE, SUBCONTRACTED, WHOLESALE,
};
use super::recipes::{Input, Part, When};
use super::trades::{ORDER, TRADES, Trade};
use crate::generate::chance::{About, whole};
use std::io;

/// A delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Delivery {
    pub(super) seller: (Trade, usize),
    pub(super) buyer: (Trade, usize),
    pub(super) product: &'static str,
    pub(super) quantity: u64,
    pub(super) unit: &'static str,
    pub(super) pesos: u64,
}

/// What a period comes to for every firm, by firm number.
#[derive(Clone, Debug)]
pub(super) struct Accounts {
    /// Units of the trade's that the firm sells.
    pub(super) units: Vec<u64>,
    /// Litres that a distiller makes itself; 0 for others.
    pub(super) made: Vec<u64>,
    /// Pesos, like all that follow: sales to firms of the cluster.
    pub(super) sales: Vec<u64>,
    /// Sales to final demand and outside the cluster.
    pub(super) final_sales: Vec<u64>,
    /// Bought from firms of the cluster.
    pub(super) purchases: Vec<u64>,
}

impl Accounts {
    pub(super) fn output(&self, firm: usize) -> u64 {
        self.sales[firm] + self.final_sales[firm]
    }

    /// Inputs from outside the cluster.
    pub(super) fn imports(&self, trade: Trade, firm: usize) -> u64 {
        whole(self.output(firm) as f64 * trade.spec().imports)
    }
}

type Deliver<'a> = &'a mut dyn FnMut(Delivery) -> io::Result<()>;

/// Runs a period; deliveries are handed on as they come, grouped by buyer's trade and product.
pub(super) fn run(cluster: &Cluster, period: usize, deliver: Deliver<'_>) -> io::Result<Accounts> {
    let zeros = || vec![0; cluster.n_firms()];
    let accounts = Accounts {
        units: zeros(),
        made: zeros(),
        sales: zeros(),
        final_sales: zeros(),
        purchases: zeros(),
    };
    let mut economy = Economy { cluster, period, accounts, deliver };
    let bulk = economy.bulk_share();
    economy.sell_to_final_demand();
    for trade in ORDER {
        if trade == Trade::Distiller {
            economy.share_out_distilling()?;
        }
        for input in trade.spec().inputs {
            economy.supply(trade, input, bulk)?;
        }
    }
    economy.return_bagasse()?;
    Ok(economy.accounts)
}

struct Economy<'a> {
    cluster: &'a Cluster,
    period: usize,
    accounts: Accounts,
    deliver: Deliver<'a>,
}

impl Economy<'_> {
    fn active(&self, trade: Trade) -> usize {
        self.cluster.active(trade, self.period)
    }

    fn firm(&self, trade: Trade, index: usize) -> usize {
        self.cluster.firms(trade).start + index
    }

    fn sells_bulk(&self, distiller: usize) -> bool {
        self.cluster.outsources(distiller, Trade::Bottler, self.period)
    }

    /// The part of the litres that distillers sell in bulk.
    fn bulk_share(&self) -> f64 {
        let (mut bulk, mut all) = (0.0, 0.0);
        for i in 0..self.active(Trade::Distiller) {
            let size = self.cluster.distiller_size(i);
            all += size;
            bulk += if self.sells_bulk(i) { size } else { 0.0 };
        }
        bulk / all
    }

    fn sell_to_final_demand(&mut self) {
        let distillers = 0..self.active(Trade::Distiller);
        let litres: f64 = distillers.map(|i| self.cluster.distiller_size(i)).sum();
        let exported = self.cluster.between(EXPORTED, self.period);
        for (trade, share, centavos) in [
            (Trade::Exporter, exported, EXPORT),
            (Trade::Wholesaler, SOLD_OUTSIDE, WHOLESALE),
            (Trade::Shop, 1.0 - exported - SOLD_OUTSIDE, RETAIL),
        ] {
            let weights: Vec<f64> =
                (1..=self.active(trade)).map(|rank| (rank as f64).powf(-SALES_EXPONENT)).collect();
            let quantities = split(whole(litres * share), &weights);
            for (i, quantity) in quantities.into_iter().enumerate() {
                let firm = self.firm(trade, i);
                self.accounts.units[firm] += quantity;
                self.accounts.final_sales[firm] += pesos(quantity, centavos);
            }
        }
    }

    /// Distillers fill orders from their own stills and, some, from those of a smaller colleague.
    fn share_out_distilling(&mut self) -> io::Result<()> {
        let n = self.active(Trade::Distiller);
        for i in 0..n {
            let firm = self.firm(Trade::Distiller, i);
            let smaller = n - i - 1;
            let key = [i, 0, 0];
            let subcontracts = self.cluster.chance.unit(About::Subcontract, key) < SUBCONTRACTED.0;
            let mut made = self.accounts.units[firm];
            let quantity = whole(made as f64 * SUBCONTRACTED.1);
            if subcontracts && smaller > 0 && quantity > 0 {
                let other = self.cluster.chance.pick(About::Subcontract, [i, 1, 0], smaller);
                self.record(
                    "bulk mezcal",
                    BULK,
                    (Trade::Distiller, i + 1 + other),
                    (Trade::Distiller, i),
                    quantity,
                )?;
                made -= quantity;
            }
            self.accounts.made[firm] = made;
        }
        Ok(())
    }

    /// One input of one trade: who buys how much of whom.
    fn supply(&mut self, trade: Trade, input: &Input, bulk: f64) -> io::Result<()> {
        let needs: Vec<u64> =
            (0..self.active(trade)).map(|i| self.need(trade, i, input, bulk)).collect();
        let links = self.links(trade, input, &needs);
        for group in links.chunk_by(|a, b| a.0 == b.0) {
            let buyer = group[0].0 as usize;
            let weights: Vec<f64> =
                group.iter().map(|&(b, s)| self.weight((trade, b), (input.of, s))).collect();
            for (&(_, seller), quantity) in group.iter().zip(split(needs[buyer], &weights)) {
                let seller = (input.of, seller as usize);
                self.record(input.product, input.centavos, seller, (trade, buyer), quantity)?;
            }
        }
        Ok(())
    }

    /// How many units of an input a firm orders.
    fn need(&self, trade: Trade, index: usize, input: &Input, bulk: f64) -> u64 {
        let buys = match input.when {
            When::Always => true,
            When::Bought(task) => self.cluster.outsources(index, task, self.period),
            When::Made(task) => !self.cluster.outsources(index, task, self.period),
        };
        if !buys {
            return 0;
        }
        let part = match input.part {
            Part::All => 1.0,
            Part::Bulk => bulk,
            Part::OwnBottled => 1.0 - bulk,
            Part::ThroughWholesale => 1.0 - FETCHED * (1.0 - bulk),
            Part::Fetched => FETCHED * (1.0 - bulk),
        };
        let firm = self.firm(trade, index);
        // What a distiller had made by another needs no agave and no oven, but a bottle.
        let made_by_itself = trade == Trade::Distiller && input.when != When::Made(Trade::Bottler);
        let units =
            if made_by_itself { self.accounts.made[firm] } else { self.accounts.units[firm] };
        whole(units as f64 * input.per_unit * part)
    }

    /// Pairs of buyer and supplier, sorted: every supplier that lives on this trade with a buyer, and every buyer
    /// with suppliers in its slots.
    fn links(&self, trade: Trade, input: &Input, needs: &[u64]) -> Vec<(u32, u32)> {
        let (cluster, chance) = (self.cluster, self.cluster.chance);
        let n_suppliers = self.active(input.of);
        let sells = |supplier: usize| match (input.of, trade) {
            (Trade::Distiller, Trade::Bottler) => self.sells_bulk(supplier),
            (Trade::Distiller, _) => !self.sells_bulk(supplier),
            _ => true,
        };
        let mut links = Vec::new();
        let mut link = |buyer: usize, supplier: usize| links.push((buyer as u32, supplier as u32));
        if input.anchored {
            for supplier in (0..n_suppliers).filter(|&s| sells(s)) {
                let then = cluster.entry(input.of, supplier);
                let key = [input.of as usize, supplier, trade as usize];
                let first = chance.pick(About::Anchor, key, cluster.active(trade, then));
                if let Some(buyer) = from(first, needs.len()).find(|&b| needs[b] > 0) {
                    link(buyer, supplier);
                }
            }
        }
        for buyer in (0..needs.len()).filter(|&b| needs[b] > 0) {
            let firm = self.firm(trade, buyer);
            let entry = cluster.entry(trade, buyer);
            for slot in 0..input.slots {
                let then = cluster.chosen_in(firm, entry, input.of, slot, self.period);
                let key = [firm * TRADES.len() + input.of as usize, slot, then];
                let first = chance.pick(About::Slot, key, cluster.active(input.of, then));
                if let Some(supplier) = from(first, n_suppliers).find(|&s| sells(s)) {
                    link(buyer, supplier);
                }
            }
        }
        links.sort_unstable();
        links.dedup();
        links
    }

    /// How much of an order a supplier gets, beside the others: more the larger it is.
    fn weight(&self, buyer: (Trade, u32), seller: (Trade, u32)) -> f64 {
        let key = [self.firm(buyer.0, buyer.1 as usize), self.firm(seller.0, seller.1 as usize), 0];
        let taste = 0.5 + self.cluster.chance.unit(About::Weight, key);
        taste * f64::from(seller.1 + 1).powf(-LOYALTY_EXPONENT)
    }

    /// Bagasse goes back to some of the fields.
    fn return_bagasse(&mut self) -> io::Result<()> {
        let (share, per_kg, centavos) = BAGASSE;
        let n_distillers = self.active(Trade::Distiller);
        for i in 0..self.active(Trade::Grower) {
            if self.cluster.chance.unit(About::ByProduct, [i, 0, 0]) < share {
                let quantity = self.accounts.units[self.firm(Trade::Grower, i)] as f64 * per_kg;
                let then =
                    self.cluster.active(Trade::Distiller, self.cluster.entry(Trade::Grower, i));
                let seller =
                    self.cluster.chance.pick(About::ByProduct, [i, 1, 0], then.min(n_distillers));
                let (seller, buyer) = ((Trade::Distiller, seller), (Trade::Grower, i));
                let quantity = whole(quantity);
                self.deliver_only(
                    "bagasse",
                    "kg",
                    pesos(quantity, centavos),
                    seller,
                    buyer,
                    quantity,
                )?;
            }
        }
        Ok(())
    }

    /// A delivery of the seller's own product.
    fn record(
        &mut self,
        product: &'static str,
        centavos: u64,
        seller: (Trade, usize),
        buyer: (Trade, usize),
        quantity: u64,
    ) -> io::Result<()> {
        let amount = pesos(quantity, centavos);
        if amount > 0 {
            let firm = self.firm(seller.0, seller.1);
            self.accounts.units[firm] += quantity;
        }
        self.deliver_only(product, seller.0.spec().unit, amount, seller, buyer, quantity)
    }

    fn deliver_only(
        &mut self,
        product: &'static str,
        unit: &'static str,
        pesos: u64,
        seller: (Trade, usize),
        buyer: (Trade, usize),
        quantity: u64,
    ) -> io::Result<()> {
        if pesos == 0 {
            return Ok(()); // less than half a peso is not worth a bill
        }
        let (s, b) = (self.firm(seller.0, seller.1), self.firm(buyer.0, buyer.1));
        self.accounts.sales[s] += pesos;
        self.accounts.purchases[b] += pesos;
        (self.deliver)(Delivery { seller, buyer, product, quantity, unit, pesos })
    }
}

fn pesos(quantity: u64, centavos: u64) -> u64 {
    (quantity * centavos + 50) / 100
}

/// All numbers below `n`, from `first` on and round.
fn from(first: usize, n: usize) -> impl Iterator<Item = usize> {
    (first..n).chain(0..first.min(n))
}

/// Divides whole units by weights: everybody gets at least one while there are enough, the first what is left over.
fn split(total: u64, weights: &[f64]) -> Vec<u64> {
    let n_shares = weights.len().min(usize::try_from(total).unwrap_or(usize::MAX));
    let weights = &weights[..n_shares];
    let spare = total - n_shares as u64;
    let sum: f64 = weights.iter().sum();
    let mut shares: Vec<u64> =
        weights.iter().map(|w| 1 + whole((spare as f64 * w / sum).floor())).collect();
    let given: u64 = shares.iter().sum();
    if let Some(first) = shares.first_mut() {
        *first += total.saturating_sub(given);
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up() {
        assert_eq!(split(10, &[1.0, 1.0, 2.0]), [4, 2, 4]);
        assert_eq!(split(2, &[1.0, 1.0, 2.0]), [1, 1]);
        assert_eq!(split(0, &[1.0]), [0; 0]);
        assert_eq!(split(5, &[]), [0; 0]);
        assert_eq!(split(1_000_003, &[0.3, 0.3, 0.4]).iter().sum::<u64>(), 1_000_003);
    }

    #[test]
    fn going_round_sees_everybody_once() {
        assert_eq!(from(2, 4).collect::<Vec<_>>(), [2, 3, 0, 1]);
        assert_eq!(from(5, 3).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(from(0, 0).count(), 0);
    }
}
