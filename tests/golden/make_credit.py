#!/usr/bin/env python3
"""Makes scenarios/data/credit.csv: python3 make_credit.py SCORED.csv UCI_Credit_Card.csv >credit.csv

SCORED.csv has id, credit_limit_ntd, bill_ntd, months_late, score, default of 7,500 customers; the other file is
the data as published (30,000 rows), from which sex and age are joined by id. Rows that do not agree with it end
the program. The proposal is made here: what the score is at least REFUSE for is refused.
SPDX-License-Identifier: Apache-2.0"""
import csv
import sys

REFUSE = 0.5
SEX = {"1": "male", "2": "female"}


def age_band(age):
    return "under 30" if age < 30 else "30 to 44" if age < 45 else "45 and over"


def main(scored, published):
    people = {int(row["ID"]): row for row in csv.DictReader(open(published, encoding="utf-8-sig"))}
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow("id sex age_band credit_limit_ntd bill_ntd months_late score action default".split())
    for row in csv.DictReader(open(scored)):
        person = people[int(row["id"])]
        same = {"LIMIT_BAL": "credit_limit_ntd", "BILL_AMT1": "bill_ntd", "PAY_0": "months_late", "Default": "default"}
        for theirs, ours in same.items():
            if float(person[theirs]) != float(row[ours]):
                sys.exit(f"id {row['id']}: {ours} is {row[ours]}, published {person[theirs]}")
        out.writerow([row["id"], SEX[person["SEX"]], age_band(int(person["AGE"])), row["credit_limit_ntd"],
                      row["bill_ntd"], row["months_late"], row["score"],
                      "refuse" if float(row["score"]) >= REFUSE else "renew", row["default"]])


main(*sys.argv[1:])
