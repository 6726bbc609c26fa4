"""`wechatpy` over APIv2, from login to refund, and its client of `api.weixin.qq.com`.

Nothing is changed in the client: it finds the platform through a proxy, over TLS, with the merchant's certificate.
"""

from urllib.parse import parse_qs, urlsplit

import requests
from wechatpy.client import WeChatClient
from wechatpy.exceptions import InvalidSignatureException, WeChatPayException
from wechatpy.oauth import WeChatOAuth
from wechatpy.pay import WeChatPay

from peer import Notified, Simulator, same, step

sim = Simulator(proxy=True)
env = sim.env


def client(api_key):
    return WeChatPay(env["APPID"], api_key, env["MCHID"], mch_cert=env["MCH_CERT"], mch_key=env["MCH_PRIVATE_KEY"])


def refused(call, *words, **more):
    try:
        call(*words, **more)
    except WeChatPayException as refusal:
        return refusal
    raise AssertionError("not refused")


pay = client(env["APIV2_KEY"])
SUCCESS = b"<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>"
payments = Notified(lambda _, body: pay.parse_payment_result(body), SUCCESS)
refunds = Notified(lambda _, body: pay.parse_refund_notify_result(body), SUCCESS)

step("logs in")
weixin = WeChatClient(env["APPID"], env["APP_SECRET"])
openid = weixin.wxa.code_to_session(sim.login_code())["openid"]
same(openid, env["OPENID"])
assert weixin.jsapi.get_jsapi_ticket(), "no ticket for pages"

step("learns who opens a page of the official account")
account = sim.get("/sim/v1/env")["merchants"][0]["apps"][1]
page = WeChatOAuth(account["appid"], account["secret"], "https://shop.example/pay?id=1", "snsapi_userinfo", "s1")
back = requests.get(page.authorize_url.split("#")[0] + "&payer=payer-2&allow=yes", allow_redirects=False, timeout=10)
granted = page.fetch_access_token(parse_qs(urlsplit(back.headers["Location"]).query)["code"][0])
same(granted["openid"], dict(account["openids"])["payer-2"])
same(page.get_user_info()["nickname"], "买家二")
assert page.check_access_token(), "the page's token is not believed"
same(page.refresh_access_token(granted["refresh_token"])["openid"], granted["openid"])


def prepay(number, total=990, trade_type="JSAPI", **more):
    return pay.order.create(
        trade_type, "龙井茶 Longjing", total, payments.url, client_ip="127.0.0.1", out_trade_no=number, **more
    )


step("prepays, and the invocation it signs opens the cashier")
order = prepay("WP0001", user_id=openid, attach="桌 7 & <8>")
invocation = pay.jsapi.get_jsapi_params(order["prepay_id"])
opened = {**invocation, "appid": invocation["appId"]}
assert sim.opens_cashier(**opened), "the cashier refuses the client's signature"
assert not sim.opens_cashier(**{**opened, "nonceStr": "another"}), "the cashier takes anything"
same(pay.order.query(out_trade_no="WP0001")["trade_state"], "NOTPAY")

step("is notified of the payment")
sim.pay("WP0001")
paid = payments.next()
same((paid["out_trade_no"], paid["result_code"], paid["attach"]), ("WP0001", "SUCCESS", "桌 7 & <8>"))
same((paid["total_fee"], paid["cash_fee"], paid["openid"]), (990, 990, openid))
try:
    pay.parse_payment_result(payments.raw[0][1].replace(b"990", b"991"))
    raise AssertionError("the client verifies nothing")
except InvalidSignatureException:
    pass

step("asks about the paid order, by either number")
for asked in ({"out_trade_no": "WP0001"}, {"transaction_id": paid["transaction_id"]}):
    order = pay.order.query(**asked)
    same((order["trade_state"], order["total_fee"], order["openid"]), ("SUCCESS", "990", openid))
    assert pay.check_signature(order)

step("gets a code to be scanned, an H5 address and an app's prepay id")
native = prepay("WP0002", trade_type="NATIVE", product_id="tea-1")
assert native["code_url"].startswith("weixin://wxpay/bizpayurl"), native["code_url"]
h5 = {"h5_info": {"type": "Wap", "wap_url": "https://shop.example", "wap_name": "茶"}}
assert "://" in prepay("WP0003", trade_type="MWEB", scene_info=h5)["mweb_url"]
app = pay.order.get_appapi_params(prepay("WP0004", trade_type="APP")["prepay_id"])
same(app["partnerid"], env["MCHID"])

step("closes another order")
pay.order.close("WP0002")
same(pay.order.query(out_trade_no="WP0002")["trade_state"], "CLOSED")

step("refunds a part and is notified")
refund = pay.refund.apply(990, 290, "WPR0001", out_trade_no="WP0001", notify_url=refunds.url, refund_desc="少一盒")
same((refund["refund_fee"], refund["total_fee"], refund["out_refund_no"]), ("290", "990", "WPR0001"))
sim.advance(60)
back = refunds.next()
same((back["refund_status"], back["refund_fee"], back["total_fee"]), ("SUCCESS", 290, 990))
same(back["refund_id"], refund["refund_id"])
done = pay.refund.query(out_refund_no="WPR0001")
same((done["refund_status_0"], done["refund_fee_0"], done["refund_count"]), ("SUCCESS", "290", "1"))
same(pay.order.query(out_trade_no="WP0001")["trade_state"], "REFUND")

step("is paid by a payment code, and reverses another such payment")
code = sim.post("/sim/v1/payment-codes")["auth_code"]
same(pay.tools.auto_code_to_openid(code)["openid"], openid)
micro = pay.micropay.create("龙井茶", 990, code, client_ip="127.0.0.1", out_trade_no="WP0005")
same((micro["trade_type"], micro["total_fee"], micro["openid"]), ("MICROPAY", "990", openid))
code = sim.post("/sim/v1/payment-codes", ask_password=True)["auth_code"]
asked = refused(pay.micropay.create, "龙井茶", 990, code, client_ip="127.0.0.1", out_trade_no="WP0006")
same(asked.errcode, "USERPAYING")
sim.advance(20)  # sooner than fifteen seconds after the payment no order may be reversed
same(pay.order.reverse(out_trade_no="WP0006")["recall"], "N")
same(pay.order.query(out_trade_no="WP0006")["trade_state"], "REVOKED")

step("is refused what it must be refused")
same(refused(pay.order.query, out_trade_no="NOBODY").errcode, "ORDERNOTEXIST")
same(refused(pay.refund.apply, 990, 701, "WPR0002", out_trade_no="WP0001").return_code, "SUCCESS")
uncertain = WeChatPay(env["APPID"], env["APIV2_KEY"], env["MCHID"])
same(refused(uncertain.refund.apply, 990, 1, "WPR0003", out_trade_no="WP0001").response.status_code, 400)
same(refused(client("0" * 32).order.query, out_trade_no="WP0001").return_code, "FAIL")

step("reads yesterday's bill")
day = sim.to_the_day_after()
bill = pay.tools.download_bill(day)
rows = [line.split(",`") for line in bill.replace("\ufeff", "").splitlines()]
sold = [row[6] for row in rows if row[0].startswith("`") and len(row) > 10]
same(sorted(sold), ["WP0001", "WP0001", "WP0005"])
