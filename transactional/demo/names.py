"""What are the things and people of the demo company called, in English and Chinese?

All names are invented; a name that matches a real company or person does so by accident.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "APPLIANCES",
    "COMPANIES",
    "CONSUMABLES",
    "CUSTOMER_KINDS",
    "FAMILY_NAMES",
    "GIVEN_NAMES",
    "PLACES",
    "SHARED_COMPONENTS",
    "SUPPLIER_TRADES",
    "SYLLABLES",
    "TRADING",
    "Family",
    "Part",
]


@dataclass(frozen=True)
class Family:
    """A family of things sold: its code, names, sizes, colours or flavours, base cost in CNY and the pattern of its demand."""

    code: str
    name: str
    name_zh: str
    sizes: tuple[tuple[str, str], ...]
    styles: tuple[tuple[str, str], ...]
    cost: float
    season: str  # 'flat', 'summer', 'winter', 'gift'
    heats: bool = True
    turns: bool = False
    shelf_life_days: int | None = None
    ingredients: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """A bought component: cost in CNY per base unit, unit, trade that supplies it, shelf life."""

    code: str
    name: str
    name_zh: str
    cost: float
    trade: str
    unit: str = "EA"
    item_type: str = "component"
    shelf_life_days: int | None = None


_COLOURS = (
    ("Ivory", "米白"), ("Ink Blue", "墨蓝"), ("Sage", "鼠尾草绿"), ("Graphite", "石墨灰"), ("Coral", "珊瑚红"), ("Sand", "沙色"),
)  # fmt: skip
_FLAVOURS = (
    ("Original", "原味"), ("Red Date", "红枣"), ("Black Sesame", "黑芝麻"), ("Oat", "燕麦"),
    ("Purple Rice", "紫米"), ("Walnut", "核桃"),
)  # fmt: skip
_PACKS = (("6-pack", "6片装"), ("12-pack", "12片装"), ("24-pack", "24片装"))

APPLIANCES = (
    Family("KT", "Electric Kettle", "电水壶", (("1.2 L", "1.2升"), ("1.7 L", "1.7升")), _COLOURS, 42.0, "winter"),
    Family("RC", "Rice Cooker", "电饭煲", (("3 L", "3升"), ("4 L", "4升"), ("5 L", "5升")), _COLOURS, 96.0, "flat"),
    Family("BL", "High-speed Blender", "破壁机", (("1.0 L", "1.0升"), ("1.75 L", "1.75升")), _COLOURS, 158.0, "flat", turns=True),
    Family("JU", "Slow Juicer", "原汁机", (("0.5 L", "0.5升"), ("0.8 L", "0.8升")), _COLOURS, 118.0, "summer", False, True),
    Family("HP", "Health Pot", "养生壶", (("1.5 L", "1.5升"), ("1.8 L", "1.8升")), _COLOURS, 66.0, "winter"),
    Family("AF", "Air Fryer", "空气炸锅", (("4 L", "4升"), ("5.5 L", "5.5升")), _COLOURS, 128.0, "gift", turns=True),
    Family("SM", "Soymilk Maker", "豆浆机", (("0.8 L", "0.8升"), ("1.2 L", "1.2升")), _COLOURS, 104.0, "flat", turns=True),
    Family("EG", "Egg Steamer", "煮蛋器", (("7-egg", "7枚"), ("14-egg", "14枚")), _COLOURS, 28.0, "flat"),
    Family("FM", "Milk Frother", "奶泡机", (("250 ml", "250毫升"), ("350 ml", "350毫升")), _COLOURS, 58.0, "gift", turns=True),
    Family("IC", "Ice Shaver", "刨冰机", (("Home", "家用"), ("Large", "大号")), _COLOURS, 72.0, "summer", False, True),
    Family("HT", "Hot Pot Cooker", "电火锅", (("4 L", "4升"), ("6 L", "6升")), _COLOURS, 88.0, "winter"),
    Family("CF", "Coffee Maker", "咖啡机", (("4-cup", "4杯"), ("8-cup", "8杯")), _COLOURS, 134.0, "gift"),
)
CONSUMABLES = (
    Family("SB", "Soymilk Bean Mix", "豆浆料包", (("10 x 30 g", "10袋x30克"),), _FLAVOURS, 13.0, "winter", shelf_life_days=270,
           ingredients=("BEAN", "GRAIN", "SUGAR")),
    Family("DT", "Descaling Tablets", "除垢片", _PACKS, (("Standard", "标准型"),
    ("Strong", "强效型")), 7.5, "flat", shelf_life_days=540,
           ingredients=("CITRIC", "SODA")),
    Family("TB", "Herbal Tea Blend", "草本茶包", (("20 x 5 g", "20包x5克"),), _FLAVOURS, 16.0, "winter", shelf_life_days=365,
           ingredients=("TEA", "HERB")),
    Family("BM", "Bread Mix", "面包预拌粉", (("500 g", "500克"),), _FLAVOURS, 9.5, "gift", shelf_life_days=240,
           ingredients=("FLOUR", "SUGAR", "YEAST")),
)  # fmt: skip
TRADING = (
    Family("KN", "Kitchen Knife", "厨刀", (("16 cm", "16厘米"), ("20 cm", "20厘米")), (
        ("Chef", "主厨款"), ("Slicer", "切片款"), ("Santoku", "三德款"), ("Paring", "水果款"),
        ("Cleaver", "斩骨款")), 26.0, "gift"),
    Family("CB", "Cutting Board", "砧板", (("Small", "小号"), ("Large", "大号")), (
        ("Bamboo", "竹制"), ("Wheat Fibre", "小麦纤维"), ("Elm", "榆木"), ("Acacia", "相思木"),
        ("Double-sided", "双面")), 19.0, "flat"),
    Family("KS", "Kitchen Scale", "厨房秤", (("3 kg", "3公斤"), ("5 kg", "5公斤")), _COLOURS, 23.0, "gift"),
    Family("WF", "Water Filter", "净水滤芯", (("Single", "单支"), ("Twin", "双支")), (
        ("Carbon", "活性炭"), ("Fine", "精滤"), ("Soft", "软化"), ("Mineral", "矿化"), ("Basic", "基础")), 14.0, "summer",
        shelf_life_days=720),
)  # fmt: skip

SHARED_COMPONENTS = (
    Part("THERMO", "Thermostat", "温控器", 2.6, "electronics"),
    Part("FUSE", "Thermal Fuse", "热熔断器", 0.35, "electronics"),
    Part("CORD", "Power Cord", "电源线", 3.9, "electronics"),
    Part("PCB-A", "Control Board A", "控制板A", 9.8, "electronics"),
    Part("PCB-B", "Control Board B", "控制板B", 14.5, "electronics"),
    Part("DISP", "LED Display", "数码显示屏", 3.1, "electronics"),
    Part("KEY", "Touch Key Panel", "触控面板", 2.4, "electronics"),
    Part("WIRE", "Wiring Harness", "线束", 1.7, "electronics"),
    Part("PLATE", "Heating Plate", "发热盘", 7.2, "metal"),
    Part("COIL", "Heating Coil", "发热管", 5.4, "metal"),
    Part("POT", "Inner Pot Blank", "内胆坯", 8.6, "metal"),
    Part("BRKT", "Steel Bracket", "钢支架", 0.9, "metal"),
    Part("BLADE", "Blade Set", "刀组", 4.7, "metal"),
    Part("MOTOR-S", "Motor 300 W", "电机300瓦", 16.5, "motor"),
    Part("MOTOR-L", "Motor 800 W", "电机800瓦", 29.0, "motor"),
    Part("FAN", "Cooling Fan", "散热风扇", 4.2, "motor"),
    Part("GEAR", "Gear Set", "齿轮组", 2.2, "plastic"),
    Part("GLASS", "Borosilicate Glass Body", "高硼硅玻璃壶身", 6.8, "glass"),
    Part("WINDOW", "Glass Window", "玻璃视窗", 2.0, "glass"),
    Part("SEAL", "Silicone Seal", "硅胶密封圈", 0.55, "rubber", shelf_life_days=540),
    Part("FOOT", "Rubber Foot", "橡胶脚垫", 0.08, "rubber"),
    Part("SCREW", "Screw Pack", "螺丝包", 0.22, "metal"),
    Part("CLIP", "Cable Clip", "线卡", 0.05, "plastic"),
    Part("HANDLE", "Handle Blank", "手柄坯", 1.6, "plastic"),
    Part("CUP", "Measuring Cup", "量杯", 0.7, "plastic"),
    Part("STEAM", "Steam Valve", "蒸汽阀", 0.95, "plastic"),
    Part("PP", "PP Resin", "PP树脂", 9.2, "resin", "KG", "raw_material"),
    Part("ABS", "ABS Resin", "ABS树脂", 13.4, "resin", "KG", "raw_material"),
    Part("PC", "PC Resin", "PC树脂", 19.5, "resin", "KG", "raw_material"),
    Part("STEEL", "Stainless Sheet", "不锈钢板", 16.8, "metal", "KG", "raw_material"),
    Part("ALU", "Aluminium Sheet", "铝板", 21.5, "metal", "KG", "raw_material"),
    Part("COAT", "Ceramic Coating", "陶瓷涂料", 68.0, "chemical", "KG", "raw_material", 240),
    Part("GLUE", "Food-grade Adhesive", "食品级胶", 42.0, "chemical", "KG", "raw_material", 300),
    Part("PIGM", "Colour Masterbatch", "色母粒", 31.0, "resin", "KG", "raw_material"),
    Part("BEAN", "Roasted Soybeans", "烘焙黄豆", 8.4, "food", "KG", "raw_material", 300),
    Part("GRAIN", "Mixed Grain", "混合谷物", 11.2, "food", "KG", "raw_material", 300),
    Part("SUGAR", "Rock Sugar", "冰糖", 7.6, "food", "KG", "raw_material", 540),
    Part("TEA", "Green Tea Leaf", "绿茶", 46.0, "food", "KG", "raw_material", 420),
    Part("HERB", "Dried Herbs", "干草本", 58.0, "food", "KG", "raw_material", 360),
    Part("FLOUR", "Bread Flour", "高筋面粉", 4.3, "food", "KG", "raw_material", 240),
    Part("YEAST", "Dry Yeast", "干酵母", 29.0, "food", "KG", "raw_material", 300),
    Part("CITRIC", "Citric Acid", "柠檬酸", 9.6, "chemical", "KG", "raw_material", 720),
    Part("SODA", "Soda Ash", "纯碱", 3.9, "chemical", "KG", "raw_material", 720),
    Part("MANUAL", "User Manual", "说明书", 0.38, "print", "EA", "packaging"),
    Part("CARD", "Warranty Card", "保修卡", 0.09, "print", "EA", "packaging"),
    Part("LABEL", "Rating Label", "铭牌标签", 0.12, "print", "EA", "packaging"),
    Part("BAG", "Inner Bag", "内袋", 0.16, "packaging", "EA", "packaging"),
    Part("FOIL", "Foil Sachet", "铝箔袋", 0.11, "packaging", "EA", "packaging"),
    Part("FOAM-S", "Foam Insert, small", "小泡沫衬", 0.85, "packaging", "EA", "packaging"),
    Part("FOAM-L", "Foam Insert, large", "大泡沫衬", 1.35, "packaging", "EA", "packaging"),
    Part("CTN-S", "Master Carton, small", "小外箱", 3.4, "packaging", "EA", "packaging"),
    Part("CTN-L", "Master Carton, large", "大外箱", 5.2, "packaging", "EA", "packaging"),
)

SUPPLIER_TRADES = (
    ("electronics", "Electronics", "电子"), ("metal", "Metalworks", "五金"), ("motor", "Motors", "电机"),
    ("plastic", "Plastics", "塑胶"),
    ("glass", "Glass", "玻璃"), ("rubber", "Rubber", "橡胶制品"), ("resin", "Polymers", "高分子材料"),
    ("chemical", "Fine Chemicals", "精细化工"),
    ("food", "Food Ingredients", "食品原料"), ("print", "Printing", "印务"), ("packaging", "Packaging", "包装"),
    ("trading", "Homeware", "家居用品"),
)  # fmt: skip
SYLLABLES = (
    ("Lanxi", "岚溪"), ("Yunhe", "云禾"), ("Mingchuan", "茗川"), ("Qingtuo", "青拓"), ("Ruoshan", "若杉"),
    ("Heting", "和汀"), ("Zhenlu", "臻麓"),
    ("Boyao", "柏曜"), ("Suhang", "溯航"), ("Jingyue", "景樾"), ("Fengzhi", "沣芷"), ("Luoan", "珞安"),
    ("Xianmu", "弦木"), ("Haoyun", "浩筠"),
    ("Tanglin", "棠霖"), ("Yicheng", "弋城"), ("Weishui", "玮水"), ("Canhua", "粲桦"), ("Duoli", "朵砾"),
    ("Guanze", "观泽"), ("Shuoyi", "朔奕"),
    ("Pinghu", "坪浒"), ("Nianqiao", "念桥"), ("Keyan", "珂岩"), ("Ansheng", "岸笙"), ("Zhouning", "洲柠"),
    ("Linque", "麟阙"), ("Mohe", "墨荷"),
)  # fmt: skip
COMPANIES = (
    ("Lantern Brook Home Appliances Co., Ltd.", "灯溪家用电器有限公司"),
    ("Stone Pier Kitchenware Co., Ltd.", "石埠厨具有限公司"),
    ("Maple Ferry Household Co., Ltd.", "枫渡家居有限公司"),
    ("Quiet Kettle Works Co., Ltd.", "静壶器具有限公司"),
    ("Nine Reeds Home Goods Co., Ltd.", "九芦家用制品有限公司"),
    ("Paper Crane Appliances Co., Ltd.", "纸鹤电器有限公司"),
    ("Harbour Plum Kitchen Co., Ltd.", "港梅厨电有限公司"),
)
PLACES = (
    ("Ningbo", "宁波"), ("Foshan", "佛山"), ("Suzhou", "苏州"), ("Taizhou", "台州"), ("Dongguan", "东莞"),
    ("Hefei", "合肥"), ("Qingdao", "青岛"),
    ("Wenzhou", "温州"), ("Wuxi", "无锡"), ("Zhongshan", "中山"), ("Jinhua", "金华"), ("Xiamen", "厦门"),
)  # fmt: skip
CUSTOMER_KINDS = (
    ("Department Stores", "百货"), ("Home Chain", "家居连锁"), ("E-commerce", "电子商务"),
    ("Appliance Mart", "电器城"), ("Supermarkets", "超市"),
    ("Gift Trading", "礼品贸易"), ("Kitchen Studio", "厨房生活馆"), ("Distribution", "商贸"),
)  # fmt: skip
FAMILY_NAMES = (
    ("Lin", "林"), ("Zhou", "周"), ("Shen", "沈"), ("Gu", "顾"), ("Tang", "唐"), ("Xie", "谢"), ("Fang", "方"),
    ("Luo", "罗"), ("Cheng", "程"),
    ("Qiu", "邱"), ("Meng", "孟"), ("Ning", "宁"), ("Bai", "白"), ("Yuan", "袁"), ("Jiang", "江"), ("Pan", "潘"),
)  # fmt: skip
GIVEN_NAMES = (
    ("Yufan", "语帆"), ("Haoran", "浩然"), ("Jingyi", "静怡"), ("Mingzhe", "明哲"), ("Siqi", "思琪"),
    ("Zihan", "梓涵"), ("Wenbo", "文博"),
    ("Xinyue", "欣悦"), ("Kaiwen", "凯文"), ("Ruolan", "若兰"), ("Tianyu", "天宇"), ("Manting", "曼婷"),
    ("Zhiyuan", "志远"), ("Peiwen", "佩雯"),
    ("Junjie", "俊杰"), ("Yalin", "雅琳"),
)  # fmt: skip
