/*
id: yaml
title: {en: "t", zh: "t"}
  severity: [warning
*/
SELECT 1
