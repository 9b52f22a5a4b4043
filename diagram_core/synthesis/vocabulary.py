"""Words of which the prompts of process charts are made.

They are many, of every trade, and some are made up: a model that has seen few names learns to write those few, and not
to copy the prompt's.
"""

from __future__ import annotations


def split_words(text: str) -> tuple[str, ...]:
    """A long list of words, written as a text."""
    return tuple(text.split())


OPERATIONS = (
    "model", "AI model", "machine learning model", "deep learning model", "neural network", "NN", "CNN model",
    "LLM", "language model", "process", "processing", "pre-processing", "PCA", "feature engineering",
    "function", "python code", "python file", "code file",
)  # fmt: skip
VERBS = (
    "load", "clean", "validate", "split", "tokenize", "embed", "train", "evaluate", "deploy", "monitor",
    "collect", "label", "normalize", "augment", "filter", "merge", "index", "retrieve", "rank", "summarize",
    "translate", "store", "export", "plot", "compress", "sample", "review", "publish", "parse", "encrypt",
    "resize", "query", "aggregate", "test", "package", "register", "schedule", "score", "read", "drop", "fit",
    "detect", "crop", "blur", "count", "check", "send", "fetch", "scan", "group", "sort", "convert", "extract",
    "build", "ship", "approve", "assign", "notify", "archive", "scrape", "annotate", "decode", "segment", "tune",
    "write", "call", "show", "measure", "compare", "select", "join", "update", "log", "explain", "verify",
)  # fmt: skip
OBJECTS = (
    "data", "the data", "documents", "images", "the model", "csv files", "user query", "logs", "audio",
    "embeddings", "features", "labels", "results", "answers", "videos", "sensor readings", "the report",
    "predictions", "metrics", "orders", "invoices", "tweets", "chunks", "the dataset", "passages", "emails",
    "transactions", "records", "weights", "the API", "candidates", "test cases", "a model", "the prompt",
    "missing rows", "frames", "faces", "customers", "duplicates", "outliers", "web pages", "the text", "a chart",
    "hyperparameters", "it", "stock", "payment", "the ticket", "error rate", "spam", "sentiment", "a summary",
)  # fmt: skip
STEPS = (  # that are not a verb and its object
    "data collection", "data ingestion", "data cleaning", "data validation", "feature extraction", "preprocessing",
    "feature engineering", "feature scaling", "model training", "model selection", "hyperparameter tuning",
    "cross validation", "evaluation", "validation", "deployment", "monitoring", "forward pass", "backward pass",
    "loss computation", "weight update", "tokenization", "labelling", "data augmentation", "inference", "retraining",
    "quality check", "code review", "unit tests", "requirements", "design", "release", "ingestion", "login", "payment",
    "shipping", "testing", "annotation", "human review", "post-processing", "normalization", "dimensionality reduction",
    "clustering", "anomaly detection", "reporting", "A/B test", "rollout", "backup", "sign up", "checkout", "delivery",
)  # fmt: skip
LONG_STEPS = (
    "split into train and test", "fit a random forest", "train a random forest on it", "compute the loss",
    "extract features with a CNN", "classify with an SVM", "store the vectors in a database", "update the weights",
    "send an email to the user", "drop missing rows", "save the model to disk", "ask the LLM", "scale the features",
    "upload to S3", "pick the best model", "report the accuracy", "convert to grayscale", "resize to 224x224",
    "apply softmax", "compute gradients", "test on held-out data", "write the results to a csv file", "roll back",
    "wait for approval", "read a csv file", "load images from disk", "remove stop words", "train for 10 epochs",
    "push to production", "show it to the user", "call the payment API", "look up the customer", "save to database",
    "fine-tune a language model", "cluster with k-means", "reduce dimensions with PCA", "plot the results",
    "measure the error", "train a CNN", "build an index", "find similar documents", "generate an answer",
    "extract text with OCR", "remove duplicates", "fill in missing values", "encode categories", "sample a batch",
)  # fmt: skip
CONDITIONS = (
    "it fails", "accuracy is low", "the tests fail", "it is rejected", "the loss is still high", "it is not approved",
    "the score is too low", "quality is poor", "there are errors", "it did not converge", "the error is too large",
    "the result is bad", "performance drops", "the data is bad", "not good enough", "not ok", "it is wrong",
)  # fmt: skip
QUESTIONS = (
    "it is valid", "it passes", "yes", "ok", "approved", "the score is high", "the user is known", "it is spam",
    "the test passes", "confident", "it is in stock", "accuracy is above 90%", "drift is found", "it is positive",
)  # fmt: skip
FATES = (  # of data, told as what happens to it
    "cleaned", "filtered", "normalized", "deduplicated", "tokenized", "sorted", "encrypted", "compressed", "validated",
    "indexed", "summarized", "embedded", "labelled", "parsed", "scaled", "aggregated", "translated", "sampled",
)  # fmt: skip
THINGS = (
    "raw text", "user question", "vector store", "customer data", "knowledge base", "web page", "pdf document",
    "audio clip", "csv file", "training set", "test set", "feature vector", "prediction", "report", "summary",
    "dashboard", "image", "caption", "query", "answer", "embedding", "search results", "log file",
    "model weights", "sales table", "email", "video", "transcript", "json file", "alert", "text", "tokens", "label",
    "logs", "documents", "web pages", "sensors", "images", "audio", "database", "vector", "notes", "pdf", "score",
    "clean data", "user profile", "orders", "invoice", "noise", "latent vector", "speech", "sentiment", "frames",
    "bounding boxes", "mask", "ranking", "chunks", "features", "photo", "tweets", "translation", "metadata",
)  # fmt: skip
SYSTEMS = (
    "retriever", "embedding model", "LLM", "classifier", "tokenizer", "OCR engine", "speech recognizer",
    "ranker", "data cleaner", "feature extractor", "random forest", "transformer", "web crawler", "parser",
    "detector", "recommender", "autoencoder", "SQL query", "preprocessing", "summarizer", "encoder", "decoder",
    "anomaly detector", "translator", "scheduler", "API server", "validator", "crawler", "OCR", "model", "function",
    "SVM", "XGBoost", "generator", "discriminator", "reranker", "chunker", "filter", "segmentation network", "scaler",
    "script", "python script", "cron job", "shell script", "notebook", "denoising", "alignment", "resampling",
    "calibration", "smoothing", "thresholding", "peak finding", "entity linker", "voice bot", "rule engine",
    "neural network", "user interface", "message queue", "data loader", "compressor", "monitor", "agent", "router",
)  # fmt: skip
PRODUCTS = (
    "Kafka", "Spark", "Airflow", "Postgres", "Redis", "Snowflake", "BigQuery", "dbt", "Tableau", "MLflow", "Docker",
    "Kubernetes", "FastAPI", "Grafana", "Elasticsearch", "Flask", "React", "Jenkins", "GitHub Actions", "nginx",
    "MongoDB", "Lambda", "SageMaker", "Prometheus", "RabbitMQ", "S3", "Streamlit", "Pinecone", "LangChain", "Triton",
)  # fmt: skip
SYLLABLES = (  # of invented names
    "ka", "zor", "vi", "lum", "tre", "po", "shi", "dra", "mon", "ex", "bul", "qui", "fen", "go", "ry", "tas", "ne",
    "bra", "cy", "del", "or", "wen", "ji", "hu", "stra", "pli", "mar", "ob", "ul", "cha", "ve", "nix", "tho", "ger",
    "sa", "lin",
)  # fmt: skip
STORES = ("database", "vector store", "data lake", "dashboard", "S3 bucket", "warehouse", "cache", "disk", "queue")
COMMON_VERBS = split_words(
    """accept add adjust admit advertise analyze apply arrange attach audit bake balance ban begin bind block boil book
    boot borrow brew brush buy calibrate cancel capture carry cast catch charge chop clear click clone close code
    combine commit compile complete configure confirm connect cook copy correct cut debug define delete describe design
    develop diagnose dig discuss dispatch divide download draft draw drill drive dry eat edit employ empty enroll enter
    erase estimate examine execute expand fill find fix fly fold follow format freeze fry gather generate grade greet
    grind grow handle harvest heat hire host identify implement import improve inform initialize inspect install
    interview invite issue keep learn lift light list listen lock lower make mark match melt migrate mine mix model
    mount move name offer open optimize order paint pause pay peel pick plan plant play polish pour practice predict
    prepare prioritize process program promote propose protect prune purchase quantize question quote raise rate reboot
    receive record recruit recycle refactor refine refund refuse reject release remove renew rent repair replace reply
    request rescue reserve reset restart restore resume return rewrite rinse roast run sand save seal search seed
    select sell serve set shake sharpen shuffle sign simplify simulate sketch slice smooth solve spray start steer stem
    stir stop study submit subtract support survey switch sync talk taste teach tighten trace track trade transcribe
    transfer transport treat trim unlock unpack unzip upgrade upload vaccinate vectorise visit vote wait wake warn wash
    watch water weigh weld win wrap zip"""
)
COMMON_NOUNS = split_words(
    """account address advert agenda alarm apple appointment article artifact asset assignment audience backup badge
    balance banner barcode batch battery beam bean bicycle bill block board boat bolt book bottle box branch bread
    brick bridge bucket budget bug building button cable cake camera campaign candidate car card carrot cart case cell
    certificate chair channel chapter claim class client clip cloud coffee coin column comment commit component
    contract cookie cost counter coupon course crate credential curve cylinder defect design desk detail device
    diagnosis diff discount disk doctor door draft driver drone drug egg element engine entity error event exam example
    expense experiment expert farm fault feature field figure filing filter finding fixture flag flight flower folder
    font form frame fruit function garden gate gene glass goal graph grid group guest guide hazard header hotel hour
    house idea incident index ingredient insight instrument interface inventory invitation island issue item job
    journal key kitchen lab ladder laptop lead leak lecture lesson letter license line link list loan location
    lock machine magazine manager map market material meal measurement medicine meeting member menu merchant message
    metal meter milestone mirror mission module motor mould movie network newsletter node note notebook notification
    number object offer office onion option organ outcome oven package page pair panel paper parcel part partner
    passenger password patch patient pattern permit phone pipe pixel plan plane plant plate player plot pocket policy
    poem pool post poster potato price printer prize problem product profile program project proposal protein prototype
    purchase puzzle queue quote rack receipt recipe reference refund region release reminder rental repair reply
    request requirement reservation resource response result review reward risk river road robot role room root route
    rule sample sauce schedule school screen script seat section seed segment sensor server session shape sheet shelf
    shipment shop signal signature sketch slide slot song soup source spec speech speaker spreadsheet sprint stage
    stain station statement statue stone story strategy street string student subject subscription suggestion supplier
    survey switch symptom system table tablet tag target task team template tenant test theme thread threshold ticket
    tile timer title tool topic tower town trace track train transfer treatment tree trial trip truck tumor tunnel tyre
    unit update upload user vaccine valve vehicle vendor version video view visit visitor voice voucher wall wallet
    warning watch wave webhook wheel window wire word worker workshop"""
)  # all with a plural in -s or -es
ADJECTIVES = (
    "raw", "clean", "new", "old", "noisy", "final", "daily", "open", "public", "private", "monthly", "missing", "large",
    "first", "next", "local", "remote", "failed", "signed", "short", "weekly", "valid", "broken", "main", "hidden",
    "filtered", "corrected", "translated", "predicted", "ranked", "compressed", "encrypted", "annotated", "best",
)  # fmt: skip
TAILS = (  # of a step
    "by hand", "with a script", "in batches", "every night", "for each user", "on the GPU", "from the database",
    "from the API", "in the browser", "with Python", "on Monday", "by date", "as json", "in the cloud",
    "for the customer", "with care", "at noon", "from S3", "twice", "with an LLM", "in a table", "on the server",
)  # fmt: skip
ACTORS = (  # who or what does something
    "user", "customer", "manager", "server", "browser", "client", "app", "doctor", "nurse", "teacher", "student",
    "editor", "reviewer", "driver", "robot", "chef", "clerk", "bank", "supplier", "operator", "analyst", "engineer",
    "agent", "admin", "buyer", "seller", "team", "developer", "scheduler", "system", "worker", "judge", "author",
    "factory", "warehouse", "courier", "bot", "camera", "lab", "pilot", "company", "inspector", "host", "recruiter",
    "face detector", "load balancer", "search engine", "payment service", "mobile app", "web server", "spam filter",
)  # fmt: skip
TOOLS = (  # of which systems are named: `fraud detector`
    "detector", "predictor", "parser", "engine", "service", "tracker", "estimator", "model", "analyzer", "generator",
    "matcher", "scorer", "sorter", "finder", "reader", "converter", "recognizer", "planner", "simulator", "checker",
    "module", "network", "selector", "counter", "mapper", "builder", "extractor", "collector", "optimizer", "cleaner",
    "tool", "app", "maker", "writer", "viewer", "exporter", "program",
)  # fmt: skip
STATES = (  # of a thing that is asked about: `approved?`, `is the invoice paid?`
    "approved", "paid", "insured", "valid", "complete", "ready", "hot", "golden", "clean", "signed", "in stock",
    "available", "urgent", "accepted", "correct", "on time", "empty", "full", "broken", "free", "public", "safe",
    "positive", "known", "good enough", "big enough", "dry", "wet", "fresh", "sold out", "overdue", "too high",
    "too low", "too large", "within budget", "over the limit", "above zero", "out of date", "up to date", "new", "done",
    "open", "closed", "locked", "damaged", "confirmed", "cancelled", "eligible", "allowed", "missing", "readable",
    "green", "red", "soft", "warm", "cold", "sharp", "stable", "fast enough", "loud", "still there", "satisfied",
    "online", "legible", "spam", "fraud", "ok", "OK", "fine", "expired", "registered", "solved", "tight", "ripe",
    "fully booked", "a duplicate", "a repeat", "the last one", "local", "interested", "confident", "sure", "stuck",
)  # fmt: skip
EVENTS = (  # that are asked about: `did it pass?`
    "pass", "fail", "work", "arrive", "answer", "crash", "converge", "match", "agree", "pay", "reply", "show up",
    "improve", "fit", "succeed", "complain", "sign", "freeze", "leak", "boil", "rise", "start", "change", "stop",
)  # fmt: skip
WAYS = (  # what a decision of three ways may find
    ("small", "medium", "large"), ("red", "yellow", "green"), ("low", "medium", "high"), ("cash", "card", "voucher"),
    ("positive", "negative", "unclear"), ("approved", "rejected", "unclear"), ("new", "old", "unknown"),
    ("yes", "no", "maybe"), ("cheap", "normal", "expensive"), ("good", "so-so", "bad"), ("urgent", "normal", "spam"),
    ("paid", "open", "overdue"), ("text", "image", "sound"), ("glass", "paper", "metal"), ("pass", "retry", "fail"),
    ("by mail", "by phone", "in person"), ("domestic", "european", "overseas"), ("hot", "warm", "cold"),
)  # fmt: skip
PERFECTS = (  # that are asked about: `has it cooled down?`
    "cooled down", "arrived", "dried", "been paid", "been approved", "been signed", "set", "expired", "changed",
    "been seen before", "been tested", "hardened", "improved", "stopped", "been cleaned", "settled", "been sold",
    "been returned", "confirmed", "been reviewed", "answered", "melted", "been counted", "been opened", "started",
    "lost its colour", "reached the limit", "been used before", "passed the test", "been booked", "cracked",
)  # fmt: skip
JUDGEMENTS = (  # of several things that are asked about: `do the numbers add up?`
    "add up", "make sense", "agree", "match", "look right", "look good", "fit", "differ", "suffice",
    "meet the standard", "repeat", "arrive in time", "back up the claim", "work", "overlap", "reach the target",
    "taste good", "belong here",
)  # fmt: skip
METRICS = (
    "accuracy",
    "precision",
    "recall",
    "the loss",
    "the error",
    "the score",
    "the F1",
    "quality",
    "the response time",
)
GRADES = (
    "good enough",
    "too low",
    "acceptable",
    "too high",
    "fine",
    "below 5%",
    "above 0.9",
    "above 80%",
    "high",
    "low",
)
OPPOSITES = (  # states, either of which may be told first
    ("undamaged", "damaged"), ("new", "used"), ("open", "closed"), ("full", "empty"), ("dry", "wet"),
    ("cheap", "expensive"), ("complete", "incomplete"), ("urgent", "not urgent"), ("correct", "wrong"),
    ("known", "unknown"), ("clean", "dirty"), ("paid", "unpaid"), ("valid", "invalid"), ("large", "small"),
    ("public", "private"), ("early", "late"), ("in stock", "sold out"), ("accepted", "refused"), ("there", "missing"),
    ("ripe", "unripe"), ("free", "taken"), ("legible", "illegible"), ("safe", "unsafe"), ("local", "foreign"),
    ("warm", "cold"), ("insured", "not insured"),
)  # fmt: skip
EVERYDAY = (  # steps of a day, of a hobby, of a household
    "get up", "breakfast", "coffee", "get dressed", "brush teeth", "bus", "work", "lunch", "nap", "gym", "dinner",
    "tv", "read", "sleep", "unlock the door", "walk the dog", "homework", "dishes", "laundry", "pack", "drive",
    "check in", "security", "boarding", "take off", "landing", "warm up", "stretch", "run", "cool down", "swim",
    "rest", "sit down", "order", "eat", "pay", "go home", "tidy up", "set off", "climb", "summit", "picnic",
    "descend", "tune guitar", "rehearse", "sound check", "concert", "encore", "applause", "hello", "small talk",
    "agenda", "vote", "goodbye", "plant", "water", "weed", "harvest", "knead", "proof", "shape", "bake", "slice",
    "wash", "rinse", "spin", "hang up", "iron", "fold", "boil", "drain", "serve", "wait", "switch on", "log in",
    "click", "type", "save", "print", "log out", "shut down", "sketch", "outline", "draft", "ink", "colour", "frame",
    "sell", "call mum", "shopping", "cook", "feed the cat", "bath", "story", "lights off", "alarm", "tea", "news",
    "train", "meeting", "emails", "snack", "walk", "music", "bed",
)  # fmt: skip
FILE_TYPES = (  # what the names of files that are data end with
    "csv", "csv", "json", "json", "xlsx", "pdf", "png", "txt", "parquet", "pkl", "pt", "npy", "db", "html", "xml",
    "md", "yaml", "log", "jsonl", "tsv", "zip", "wav", "mp4", "jpg", "svg", "docx", "h5", "onnx", "sqlite", "bin",
    "tex", "ini",
)  # fmt: skip
SCRIPT_TYPES = ("py", "py", "py", "py", "sh", "R", "sql", "ipynb", "js", "m", "jl")
