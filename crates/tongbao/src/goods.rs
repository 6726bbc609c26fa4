//! The price list of a shop without a back end. The client names goods and quantities, never a price.

use tongbao_domain::OrderLine;
use tongbao_wire::Fen;

use crate::failure::Failure;

/// Something sold.
#[derive(Clone, Debug)]
pub struct Good {
    /// Its id.
    pub id: String,
    /// Its name in Chinese.
    pub name: String,
    /// Its name in English.
    pub name_en: String,
    /// A sentence in Chinese.
    pub description: String,
    /// A sentence in English.
    pub description_en: String,
    /// What one costs.
    pub price: Fen,
    /// An emoji, or the address of a picture.
    pub picture: String,
}

/// The most of one good in one order.
pub const QUANTITY_MAX: i64 = 99;

/// The most different goods in one order.
pub const LINES_MAX: usize = 20;

/// What of a list of goods is wanted: an id and a quantity.
pub struct Wanted<'a> {
    /// The good.
    pub goods_id: &'a str,
    /// How many.
    pub quantity: i64,
}

/// Prices a cart from the list.
///
/// # Errors
/// [`Failure::Invalid`] naming the line that cannot be sold.
pub fn price(goods: &[Good], cart: &[Wanted<'_>]) -> Result<(Vec<OrderLine>, Fen), Failure> {
    if cart.is_empty() || cart.len() > LINES_MAX {
        return Err(Failure::invalid("/items", format!("an order has 1 to {LINES_MAX} lines")));
    }
    let mut lines = Vec::with_capacity(cart.len());
    let mut total = Fen::ZERO;
    for (index, wanted) in cart.iter().enumerate() {
        let at = |member: &str| format!("/items/{index}/{member}");
        let good = goods
            .iter()
            .find(|good| good.id == wanted.goods_id)
            .ok_or_else(|| Failure::invalid(&at("goods_id"), "the price list has no such goods"))?;
        if !(1..=QUANTITY_MAX).contains(&wanted.quantity) {
            return Err(Failure::invalid(&at("quantity"), format!("must be 1 to {QUANTITY_MAX}")));
        }
        let cost = good.price.checked_mul(wanted.quantity);
        total = cost
            .and_then(|cost| total.checked_add(cost))
            .ok_or_else(|| Failure::invalid(&at("quantity"), "the sum is too large"))?;
        lines.push(OrderLine {
            goods_id: good.id.clone(),
            name: good.name.clone(),
            quantity: wanted.quantity,
            price: good.price,
        });
    }
    Ok((lines, total))
}

/// What the cashier shows for these lines: `龙井 ×2、茶杯 ×1`, cut to the platform's 127 characters.
#[must_use]
pub fn describe(lines: &[OrderLine]) -> String {
    let names: Vec<_> = lines.iter().map(|line| format!("{} ×{}", line.name, line.quantity)).collect();
    names.join("、").chars().filter(|c| c.len_utf8() < 4).take(DESCRIPTION_CHARS_MAX).collect()
}

/// `description` has 127 places (v3.md §2.1); Chinese takes them as characters, which is what we count.
const DESCRIPTION_CHARS_MAX: usize = 127;
