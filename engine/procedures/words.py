"""The closed lists of words that normalisation and its refusals go by. Everything else is content."""

from __future__ import annotations


def _set(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


# "'s" that may be a possessive or "has" is expanded only where it can hardly be either.
CONTRACTIONS = {
    "what's": "what is", "whats": "what is", "how's": "how is", "hows": "how is", "where's": "where is",
    "wheres": "where is", "who's": "who is", "whos": "who is", "that's": "that is", "there's": "there is",
    "it's": "it is", "i'm": "i am", "you're": "you are", "we're": "we are", "they're": "they are",
    "don't": "do not", "dont": "do not", "doesn't": "does not", "doesnt": "does not", "didn't": "did not",
    "didnt": "did not", "can't": "can not", "cant": "can not", "cannot": "can not", "isn't": "is not",
    "isnt": "is not", "aren't": "are not", "arent": "are not", "wasn't": "was not", "weren't": "were not",
    "won't": "will not", "wouldn't": "would not", "couldn't": "could not", "shouldn't": "should not",
    "haven't": "have not", "hasn't": "has not", "hadn't": "had not", "i've": "i have", "you've": "you have",
    "we've": "we have", "they've": "they have", "i'll": "i will", "you'll": "you will",
}  # fmt: skip

# Proper names and acronyms that mean the same however they are typed. Any other capital inside a sentence may be
# an identifier (`Path` is not `path`), and stays.
CASELESS = _set(
    "python git github linux windows ubuntu debian macos docker java javascript typescript rust golang sql sqlite",
    "postgres json csv html css xml yaml toml url api http https pdf ascii utf ide cpu gpu ram ssh regex numpy",
    "pandas django flask pytest pip conda bash english german french spanish spark",
)

# "I" after one of these is the person; elsewhere it may be a matrix or a variable.
BEFORE_I = _set(
    "do can could would should might did am have if when that what how why where must may will was hi hello hey"
)

GREETINGS = _set("hello hi hey hiya yo there bye goodbye good morning afternoon evening night thanks thank cheers")

# Verbs that ask Spark about itself: "how do you work" is not "how to work".
ABOUT_SPARK = _set(
    "work feel think know remember learn forget decide route recall answer reply respond choose pick cache save",
    "store train function understand do see say mean handle get use keep like make come look sound differ compare",
)

# After these a closing "please" or "thanks" is what the text is about, not manners.
ABOUT = _set(
    "a an the this that to of and or not no with without for in on at by from as is are was be say says saying said",
    "write print type spell echo return returns word words string text key called named mean means than like output",
    "show send add remove replace find count",
)

# Where these are spoken of, a closing mark may be the thing itself.
MARKS = _set("regex regexp glob wildcard pattern operator symbol sign character char punctuation mark")

# A text that begins so, or is one of these alone, leans on what was said before it.
CONTINUES = _set("and but or so then also again more another continue further else because otherwise instead next")
POINTS = _set("it its they them their theirs he him his she her hers ones")
POSSESSIVE = _set("its their his her")
# After one of these stands the subject of a question; words that may come between; and what begins another clause.
AUXILIARY = _set("do does did is are was were can could should will would must may has have why")
DETERMINERS = _set("the a an all most some many few every each any no")
CLAUSES = _set("if when because while after before since until that and so but unless although though once where")
# These always point at something on the screen or before.
SHOWS = _set("this these those here above previous latter former same")
# "that" after one of these points; after a noun it opens a clause ("a function that sorts").
BEFORE_THAT = _set(
    "do does did is was are be fix about with like of for to in on at from and or then after before than by what how",
    "why say mean use try explain change make undo need want into see again",
)

# Answers about the person come from memory, never from a shortcut.
PERSONAL = _set("my mine myself our ours us")
RECOLLECTION = _set("remember remembered remind recall told said mentioned earlier yesterday previously")

# Answers that are true only for a while.
PASSING = _set("today tonight tomorrow yesterday now currently nowadays latest newest recent recently weather news")

NEGATIONS = _set("not no never without non nor neither none except unless")

# Words that carry no content, for the reading of a question.
STOP = _set(
    "a an the this that these those some any of to in on at for by with from into onto as is are was were be been",
    "being am do does did doing done has have had having can could may might shall should will would must and or but",
    "if then than there here it its i me my mine you your yours we us our ours one ones they them their he him his",
    "she her hers what which who whom whose when where why how so such too very just really actually ever also about",
    "please thanks s t re ve ll d m over both either own let lets got whats hows etc eg ie using would've via im ive",
    "dont doesnt isnt cant wont didnt through upon while during among between exactly basically whether vs versus",
)

ARTICLES = _set("a an the my your our his her its their this that these those any some all every each")

RELATIONS = _set(
    "of by with from in on off at for about to into per under over between against inside within outside through",
    "before after until above below behind 's",
)

# Of how many a question speaks; what is true of some is seldom asked of all.
EXTENTS = {
    "all": ("all", "every", "each", "both", "entire", "whole", "everything", "everyone"),
    "some": ("any", "some", "either", "anything", "something"),
    "only": ("only", "solely", "nothing but"),
    "least": ("at least", "no less than", "or more"),
    "most": ("at most", "no more than", "or less", "or fewer"),
    "exactly": ("exactly", "precisely"),
}  # fmt: skip

CURRENCIES = {"$": "dollars", "€": "euros", "£": "pounds", "¥": "yen", "₹": "rupees"}

# Words that carry little: one of them more or less seldom makes another question.
LIGHT = _set(
    "way best good make get use like thing know want need find give take go come think mean tell say look work help",
    "try people person someone anyone lot most more much many new great better different possible question answer",
    "python code time start real right actual main important kind type example life year day world top various become",
    "seem feel call currently today now still even already yet again always certain specific exact step method",
    "process procedure technique opinion view favourite favorite idea first human up down out off before after",
    "under amount part whole general overall common popular far done concept famous reason cause function program",
    "script keyword available myself yourself himself themselves oneself according explain describe define set entire",
    "all every each other another add place option contain include",
)

# Light words that still tell one task from another.
TELLING = _set(
    "many much more most first up down out off before after different new other another again all every each",
    "real good best better main start top",
)

# Words that only say what kind of thing their neighbour is: the "file" in "json file".
GENERIC = _set(
    "file function method keyword statement command exception error operator module library package language object",
    "variable character text value element type class project tool framework order",
)

# "one" is mostly no number.
DIGITS = {
    "zero": "0", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine":
    "9", "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen":
    "16", "seventeen": "17", "eighteen": "18", "nineteen": "19", "twenty": "20", "hundred": "100", "thousand": "1000",
    "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7", "eighth": "8", "ninth": "9", "tenth": "10",
    "million": "1000000", "billion": "1000000000", "dozen": "12",
}  # fmt: skip

# What follows one of these is a name that somebody chose.
INTRODUCES = _set("called named")

# Suffixes of files: "data.csv" is a path, "os.path" is not.
FILES = _set(
    "bat bin bmp c cfg conf cpp css csv db docx gif gz h htm html ini ipynb jpeg jpg js json jsonl log md mp3 mp4",
    "parquet pdf pickle pkl png py rst sh sql sqlite svg tar tex toml ts tsv txt wav xls xlsx xml yaml yml zip",
)
