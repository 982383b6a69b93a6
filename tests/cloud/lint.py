"""Transforms SAM templates as CloudFormation would, without AWS, and lints them before and after.

    lint.py lint|transform REGION TEMPLATE...

Prints one line of JSON for each template: {"template", "findings": [...], "transformed": {...} or null}.
"""

import json
import sys

import cfnlint.api
import cfnlint.decode
from cfnlint.config import ManualArgs
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

SAM = "AWS::Serverless-2016-10-31"


class NoManagedPolicies:
    """Stands where the transformation would ask AWS for managed policies; the template names none."""

    def load(self):
        return {}


def findings_of(text, region):
    matches = cfnlint.api.lint(text, config=ManualArgs(regions=[region]))
    return [f"{match.rule.id} {match.message}" for match in matches]


def look_at(path, region, lint):
    text = open(path, encoding="utf-8").read()
    findings = lint(text, region)
    template = yaml_parse(text)
    if template.get("Transform") == SAM:
        for resource in template["Resources"].values():
            # Where the command line of SAM would put the uploaded archive.
            if resource.get("Type") == "AWS::Serverless::Function":
                resource["Properties"]["CodeUri"] = "s3://archives/function.zip"
        try:
            template = transform(template, {}, NoManagedPolicies())
        except InvalidDocumentException as error:
            findings += [f"transform {cause.message}" for cause in error.causes]
            return {"template": path, "findings": findings, "transformed": None}
        findings += [f"transformed: {finding}" for finding in lint(json.dumps(template), region)]
    return {"template": path, "findings": findings, "transformed": template}


def main(mode, region, *paths):
    lint = findings_of if mode == "lint" else lambda text, region: []
    for path in paths:
        print(json.dumps(look_at(path, region, lint), default=str), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
