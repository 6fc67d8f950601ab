"""The words that training sentences are made of; kept apart so that the grammar stays readable."""

from __future__ import annotations

from typing import Final


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|"))


ONES: Final = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    " fifteen sixteen seventeen eighteen nineteen"
)
TENS: Final = _words("- - twenty thirty forty fifty sixty seventy eighty ninety")
ORDINALS: Final = _words(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
    " thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
MONTHS: Final = _words(
    "January February March April May June July August September October November December"
)
WEEKDAYS: Final = _words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
LETTERS: Final = _words("A B C D E F G H I J K L M N O P Q R S T U V W X Y Z")

FIRST_NAMES: Final = _words(
    "Adam Alice Amelia Arthur Beth Charlotte Clara Colin Dylan Edward Eleanor Ellis Emma Felix"
    " Fiona Gareth Hannah Harriet Imogen Isaac Ivy Jack Jane Jasper Jude Katherine Keith Leo Lily"
    " Lucy Martha Matthew Maya Megan Miles Neil Nora Oliver Owen Phoebe Rosie Ryan Sean Sophie"
    " Tessa Theo Vera Violet Wesley Zachary"
)
LAST_NAMES: Final = _words(
    "Abbott Archer Barker Barnes Bishop Bradshaw Burton Chapman Cole Crawford Dawson Dixon Doyle"
    " Ellison Fletcher Ford Fox Garner Gibson Grant Griffin Harper Hayes Holloway Hudson Irving"
    " Jennings Kirby Lambert Lawson Marsh Mason Newton Norris Osborne Page Pearce Porter Quinn"
    " Ramsey Rhodes Sawyer Sharp Shaw Stone Thornton Tucker Underwood Vaughan Webb Yates"
)
TOWNS: Final = _words(
    "Aberdeen Bath Belfast Brighton Bristol Cambridge Cardiff Chester Cork Coventry Derby Dover"
    " Durham Edinburgh Exeter Galway Geneva Glasgow Hamburg Leeds Lincoln Lisbon Liverpool Madrid"
    " Milan Newport Norwich Oslo Oxford Paris Plymouth Prague Rome Salisbury Sheffield Vienna"
    " Warsaw Winchester York Zurich"
)
STREETS: Final = _words(
    "Abbey Ash Beech Bell Birch Canal Castle Chapel Clifton Coach Dean Elder Fern Garden Grange"
    " Grove Hazel Hillside Holly Juniper Kingsway Laurel Linden Mill Moor Orchard Priory Quarry"
    " Railway Regent Rose Saint School Station Thorn Valley Vine Wharf Windmill Woodland"
)
STREET_KINDS: Final = _words("Street Road Lane Avenue Close Drive Gardens Place Square Way")

PLANS: Final = _phrases(
    "smart twenty|smart fifty|flex five|flex ten|family forty|travel plus|basic|business|student|"
    "unlimited|prepaid|home fibre|data only|weekend|starter"
)
THINGS: Final = _phrases(
    "phone|sim card|router|contract|invoice|bill|account|payment|number|password|order|parcel|"
    "handset|charger|headset|voucher|discount|refund|appointment|ticket|request|connection|"
    "subscription|direct debit|voice mail|tablet|receipt|statement|mailbox|replacement"
)
TROUBLES: Final = _phrases(
    "has stopped working|cannot be found|is still locked|was charged twice|has not arrived|"
    "does not connect|keeps cutting out|has expired|shows the wrong amount|was stolen last night|"
    "is far too slow|went missing on the train|makes a buzzing noise|needs a new battery|"
    "was sent to the wrong address|is blocked for now|looks damaged|will not switch on"
)
TEAMS: Final = _phrases(
    "billing|sales|technical support|customer care|returns|the accounts team|the network team|"
    "a colleague|a specialist|the service desk|our fraud team|the front office"
)
COMPANIES: Final = _phrases(
    "Larkfield Telecom|Larkfield|Northgate Energy|Harbour Bank|Silver Oak Insurance|"
    "Meadow Health|Redwood Travel|the help desk|Bluestone Water"
)
FIXED: Final = _phrases(
    "Yes.|No.|Okay.|Thank you.|Thanks.|Hello?|Hello.|Goodbye.|Goodbye!|Sorry?|Pardon?|Sure.|"
    "Of course.|All right.|Certainly.|One moment, please.|Please wait.|Great!|Perfect!|"
    "You're welcome.|Yes, please.|No, thanks.|That's right.|Correct.|Exactly.|Not yet.|"
    "I see.|I understand.|Are you there?|Go ahead.|Never mind.|Good morning!|Good evening.|"
    "Take care!|Have a nice day!|Hold on.|Stop.|Wait.|Help!|Really?|Why?|When?|How much?|"
    "I'm sorry, I didn't catch that.|Could you say that again, please?|Bye.|Bye!|Hi."
)
ADJECTIVES: Final = _words(
    "ancient bitter blunt brave bright broad calm cheap clever cloudy cold cosy crooked curious"
    " damp dark dusty eager early empty faint fierce fragile frozen gentle giant golden grey happy"
    " harsh heavy hollow honest huge humble icy idle joyful large lazy lively loose loud lucky"
    " modest narrow noisy odd pale patient plain polite proud pure purple quick quiet rare rough"
    " royal rusty shallow sharp shiny silent simple sleepy slow smooth sour spare steep sticky"
    " strange sturdy sweet tall tender thick thin tidy tough usual vague vast warm weary wild"
    " wise wooden young"
)
NOUNS: Final = _words(
    "acorn anchor apple arch arm army axe badge bakery barn basket beach beard bell bench bicycle"
    " boat book bottle branch breath brother bucket bush button cage candle canyon carpet cave"
    " chair chalk cheese cherry chimney choice church circle clock cloth cloud coach coin"
    " cottage cow cradle crowd curtain daughter desk donkey drawer earth edge engine envelope"
    " father feather fence fever field finger flag flavour forest fork fountain frog fruit garage"
    " garment giraffe glove goose guitar hammer harvest hedge hinge honey horse island jacket jaw"
    " jewel journey judge juice jungle kettle kitchen knee knife ladder lake leather lemon library"
    " loaf machine market measure mirror month mouth mushroom nation needle noise notebook ocean"
    " office orange oven owl oyster paint path peach pencil pigeon pillow pleasure poem pond"
    " potato prince puzzle quarry queen question rabbit ranch ribbon river robin roof saddle"
    " scissors shed shelf shoulder shovel spoon square squirrel stairs sugar sword teeth television"
    " thief thimble thumb thunder tooth tower toy treasure tunnel uncle usage valley vegetable"
    " vision voice voyage wagon watch wealth whistle width window wolf yard yolk youth zebra zoo"
)
VERBS: Final = _words(
    "admired bought brought built buried carried caught chased chose cleaned climbed counted"
    " crossed described dragged drew drove earned enjoyed examined explored fetched fixed followed"
    " found gathered guarded guessed heard helped hid hurried imagined joined judged kept knew"
    " launched leaned lifted loaded loved measured mended moved noticed opened ordered painted"
    " paused placed polished praised pulled pushed raised reached refused remembered rolled saved"
    " searched shook showed sold spread squeezed stole studied swept taught thanked threw touched"
    " traded trusted understood used visited washed watched weighed wore wrapped wrote"
)
PLAIN_VERBS: Final = _words(
    "ask borrow bring buy catch change check choose copy cover deliver describe draw find finish"
    " fix hold join keep lend measure move open order paint play pull push read return save sell"
    " send share show sign spell spend take teach throw touch use visit wash watch write"
)
ADVERBS: Final = _words(
    "again almost always barely briefly calmly carefully clearly closely daily finally gently"
    " gladly hardly loudly merely mostly nearly neatly never often perhaps quickly quietly rarely"
    " roughly seldom sharply shortly slowly smoothly softly suddenly together usually warmly"
)
PREPOSITIONS: Final = _words(
    "above across against along around behind below beneath beside between beyond inside near"
    " outside over past through toward under within without"
)
