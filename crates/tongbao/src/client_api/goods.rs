//! The price list, as the shop shows it.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;

/// What the shop sells.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GoodsView {
    /// Shown above the shelf and in the cashier.
    pub merchant_name: String,
    /// The shelf.
    pub goods: Vec<GoodView>,
}

/// Something sold.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GoodView {
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
    /// What one costs, in fen.
    pub price_fen: i64,
    /// The same in yuan.
    pub price: String,
    /// An emoji, or the address of a picture.
    pub picture: String,
}

/// Lists the goods. No login needed.
#[utoipa::path(get, path = "/client/v1/goods", tag = "client", responses((status = 200, body = GoodsView)))]
pub async fn list(State(app): State<App>) -> Json<GoodsView> {
    let merchant_name = app.shop_account().map(|account| account.merchant_name.clone()).unwrap_or_default();
    let goods = app.goods.iter().map(|good| GoodView {
        id: good.id.clone(),
        name: good.name.clone(),
        name_en: good.name_en.clone(),
        description: good.description.clone(),
        description_en: good.description_en.clone(),
        price_fen: good.price.get(),
        price: good.price.to_string(),
        picture: good.picture.clone(),
    });
    Json(GoodsView { merchant_name, goods: goods.collect() })
}
