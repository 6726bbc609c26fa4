"""`wechatpayv3` in every scene: codes to be scanned, H5, apps, payment codes, providers, combined orders, bills."""

import csv
import gzip
import hashlib
import io
import json

from wechatpayv3 import WeChatPay, WeChatPayType

from peer import Notified, Simulator, same, step

sim = Simulator("public-key", proxy=True)
env = sim.env


def client(whose, **more):
    return WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=env[f"{whose}_MCHID" if whose == "SP" else "MCHID"],
        appid=env["SP_APPID" if whose == "SP" else "APPID"],
        private_key=sim.text(f"{whose}_PRIVATE_KEY"),
        cert_serial_no=env[f"{whose}_SERIAL"],
        apiv3_key=env["SP_APIV3_KEY" if whose == "SP" else "APIV3_KEY"],
        public_key=sim.text("PLATFORM_PUBLIC_KEY"),
        public_key_id=env["PLATFORM_PUBLIC_KEY_ID"],
        **more,
    )


def said(answer, status=200):
    code, message = answer
    assert code == status, (code, message)
    return json.loads(message) if message else None


wx = client("MCH")
notified = Notified(lambda headers, body: wx.callback(headers, body))


def prepay(number, scene, total=990, **more):
    amount = {"total": total, "currency": "CNY"}
    return said(wx.pay("龙井茶", number, amount, notify_url=notified.url, pay_type=scene, **more))


def is_told(number, trade_type):
    paid = notified.next()["resource"]
    same((paid["out_trade_no"], paid["trade_type"], paid["amount"]["total"]), (number, trade_type, 990))
    same(said(wx.query(out_trade_no=number))["trade_state"], "SUCCESS")


step("a code to be scanned")
assert prepay("SC0001", WeChatPayType.NATIVE)["code_url"].startswith("weixin://wxpay/bizpayurl")
sim.pay("SC0001")
is_told("SC0001", "NATIVE")

step("a page in a browser")
h5 = {"payer_client_ip": "127.0.0.1", "h5_info": {"type": "Wap"}}
assert "://" in prepay("SC0002", WeChatPayType.H5, scene_info=h5)["h5_url"]
sim.pay("SC0002")
is_told("SC0002", "MWEB")

step("an app")
assert prepay("SC0003", WeChatPayType.APP)["prepay_id"].startswith("wx")
sim.pay("SC0003")
is_told("SC0003", "APP")

step("a payment code")
code = sim.post("/sim/v1/payment-codes")["auth_code"]
paid = prepay(
    "SC0004", WeChatPayType.CODEPAY, payer={"auth_code": code}, scene_info={"store_info": {"id": "0001"}}
)
same((paid["trade_state"], paid["trade_type"], paid["amount"]["total"]), ("SUCCESS", "MICROPAY", 990))

step("combined orders")
parts = [
    {
        "mchid": env["MCHID"],
        "out_trade_no": number,
        "attach": number,
        "description": "龙井茶",
        "amount": {"total_amount": total, "currency": "CNY"},
    }
    for number, total in (("SCP001", 100), ("SCP002", 200))
]
combined = said(
    wx.combine_pay("SCC0001", parts, combine_payer_info={"openid": env["OPENID"]}, notify_url=notified.url, pay_type=WeChatPayType.JSAPI)
)
assert combined["prepay_id"]
sim.pay("SCP001")
event = notified.next()["resource"]
same(event["combine_out_trade_no"], "SCC0001")
same([(part["out_trade_no"], part["amount"]["total_amount"]) for part in event["sub_orders"]], [("SCP001", 100), ("SCP002", 200)])
same({part["trade_state"] for part in said(wx.combine_query("SCC0001"))["sub_orders"]}, {"SUCCESS"})
for part in parts:
    part["out_trade_no"] += "X"
said(wx.combine_pay("SCC0002", parts, notify_url=notified.url, pay_type=WeChatPayType.NATIVE))
numbers = [{"mchid": env["MCHID"], "out_trade_no": part["out_trade_no"]} for part in parts]
said(wx.combine_close("SCC0002", numbers), 204)

step("a provider for its sub-merchant")
sp = client("SP", partner_mode=True)
provided = Notified(lambda headers, body: sp.callback(headers, body))
sub = {"sub_mchid": env["SUB_MCHID"]}
said(
    sp.pay(
        "龙井茶",
        "SP0001",
        {"total": 990, "currency": "CNY"},
        payer={"sp_openid": env["SP_OPENID"]},
        notify_url=provided.url,
        pay_type=WeChatPayType.JSAPI,
        **sub,
    )
)
sim.pay("SP0001")
paid = provided.next()["resource"]
same((paid["sp_mchid"], paid["sub_mchid"], paid["payer"]["sp_openid"]), (env["SP_MCHID"], env["SUB_MCHID"], env["SP_OPENID"]))
same(said(sp.query(out_trade_no="SP0001", **sub))["trade_state"], "SUCCESS")
amount = {"refund": 290, "total": 990, "currency": "CNY"}
said(sp.refund("SPR0001", amount, out_trade_no="SP0001", notify_url=provided.url, **sub))
sim.advance(60)
same(provided.next()["resource"]["refund_status"], "SUCCESS")
same(said(sp.query_refund("SPR0001", **sub))["status"], "SUCCESS")
said(sp.pay("龙井茶", "SP0002", {"total": 1}, notify_url=provided.url, pay_type=WeChatPayType.NATIVE, **sub))
said(sp.close("SP0002", **sub), 204)

step("yesterday's bills")
day = sim.to_the_day_after()


def bill(asked):
    place = said(asked)
    code, body = wx.download_bill(place["download_url"])
    same(code, 200)
    plain = gzip.decompress(body)
    same(hashlib.sha1(plain).hexdigest(), place["hash_value"])
    return list(csv.reader(io.StringIO(plain.decode("utf-8-sig"))))


trades = bill(wx.trade_bill(str(day)))
sold = {row[6].strip("`") for row in trades[1:-2]}
assert sold >= {"SC0001", "SC0002", "SC0003", "SC0004", "SCP001", "SCP002"}, sold
same(len(bill(wx.fundflow_bill(str(day)))[0]), 11)
