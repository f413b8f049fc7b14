BEGIN TRANSACTION;
CREATE TABLE decisions (
            turn_number INTEGER PRIMARY KEY,
            turn_id TEXT NOT NULL UNIQUE,
            "when" REAL NOT NULL,
            path TEXT,
            flops REAL NOT NULL DEFAULT 0,
            monolith REAL NOT NULL DEFAULT 0,
            json TEXT NOT NULL
        );
INSERT INTO "decisions" VALUES(1,'t1',1700000000.0,'core',2500000000.0,5000000000.0,'{"turn_id": "t1", "answer": "Nice to meet you, Zoe.", "memories": [], "flops": {"total": 2500000000.0, "monolith": 5000000000.0}}');
INSERT INTO "decisions" VALUES(6,'t2',1700000060.0,'core',3000000000.0,9000000000.0,'{"turn_id": "t2", "answer": "Zoe.", "memories": [{"id": "t1", "text": "You: my name is Zoe"}, {"id": "doc:os.path.join", "text": "\u2026"}], "flops": {"total": 3000000000.0, "monolith": 9000000000.0}}');
CREATE TABLE flags (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            turn_id TEXT NOT NULL,
            flag TEXT,
            "when" REAL NOT NULL
        );
INSERT INTO "flags" VALUES(1,'t1','important',1.79538005011141395565e+09);
INSERT INTO "flags" VALUES(2,'i1','wrong',1.79538005011543512351e+09);
INSERT INTO "flags" VALUES(3,'i1',NULL,1.79538005012180304532e+09);
INSERT INTO "flags" VALUES(4,'t2','wrong',1.79538005012332439421e+09);
CREATE TABLE items (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL CHECK (kind IN ('turn', 'import', 'document')),
            session TEXT NOT NULL,
            "when" REAL NOT NULL,
            text TEXT NOT NULL,
            answer TEXT NOT NULL DEFAULT '',
            speaker TEXT,
            title TEXT NOT NULL DEFAULT '',
            source TEXT NOT NULL DEFAULT '',
            path TEXT,
            category TEXT,
            confidence REAL,
            cacheable INTEGER NOT NULL DEFAULT 0,
            flag TEXT CHECK (flag IN ('important', 'wrong')),
            uses INTEGER NOT NULL DEFAULT 0,
            used REAL
        );
INSERT INTO "items" VALUES(1,'t1','turn','tides',1700000000.0,'my name is Zoe','Nice to meet you, Zoe.',NULL,'','','core','explain',0.91,0,'important',1,1700000060.0);
INSERT INTO "items" VALUES(2,'doc:os.path.join','document','',1700000000.0,'os.path.join(a, *p): Join two or more pathname components','',NULL,'os.path.join','os',NULL,NULL,NULL,0,NULL,1,1700000060.0);
INSERT INTO "items" VALUES(3,'i1','import','harbour',1600000000.0,'The ferry leaves at nine.','','Ann','','',NULL,NULL,NULL,0,NULL,0,NULL);
INSERT INTO "items" VALUES(4,'i2','import','harbour',1600000060.0,'Nine it is! “Ahoj” ☃','','Bob','','',NULL,NULL,NULL,0,NULL,0,NULL);
INSERT INTO "items" VALUES(6,'t2','turn','tides',1700000060.0,'what is my name?','Zoe.',NULL,'','','core','routine',0.88,1,'wrong',0,NULL);
CREATE TABLE procedures (
            key TEXT PRIMARY KEY,
            pattern TEXT NOT NULL,
            answer TEXT NOT NULL,
            category TEXT NOT NULL,
            agreements INTEGER NOT NULL,
            uses INTEGER NOT NULL,
            learned INTEGER NOT NULL,
            created REAL NOT NULL,
            used REAL,
            details TEXT NOT NULL
        ) WITHOUT ROWID;
INSERT INTO "procedures" VALUES('key','what does len do','It counts.','routine',3,5,1,1700000000.0,NULL,'{}');
CREATE TABLE wrongs (key TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO "wrongs" VALUES('key',1);
CREATE INDEX items_by_session ON items (session, number);
CREATE INDEX items_by_flag ON items (flag) WHERE flag IS NOT NULL;
CREATE INDEX decisions_usage ON decisions (path, flops, monolith);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('items',9);
INSERT INTO "sqlite_sequence" VALUES('flags',4);
COMMIT;
PRAGMA user_version = 1;
PRAGMA application_id = 1397772875;
