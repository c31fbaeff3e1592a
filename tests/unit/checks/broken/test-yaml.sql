/*
id: test-yaml
title: {en: "t"
*/
SELECT 1
