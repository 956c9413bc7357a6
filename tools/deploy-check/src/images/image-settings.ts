import { anyText, oneOf, optionalSetting, requiredSetting, setting, settingsGroup, yesOrNo } from '@antenna/cli';
import { imageNames } from './image.ts';

/** What all images are built with. */
export const buildSettings = settingsGroup({
  title: 'Images',
  fields: {
    prefix: setting({
      name: 'IMAGE_PREFIX',
      description: 'first part of the names of the images',
      type: anyText('name'),
      default: 'antenna-usage',
    }),
    nodeImage: optionalSetting({
      name: 'NODE_IMAGE',
      description: 'base image with Node, instead of the one that docker/Dockerfile names',
      type: anyText('image'),
    }),
    pythonImage: optionalSetting({
      name: 'PYTHON_IMAGE',
      description: 'base image with Python, instead of the one that docker/superset.Dockerfile names',
      type: anyText('image'),
    }),
  },
  value: (values) => values,
});

/** What to build, and from what. */
export const targetSettings = settingsGroup({
  title: 'Build',
  fields: {
    image: requiredSetting({ name: 'image', description: 'which image', type: oneOf(imageNames) }),
    committed: setting({
      name: 'committed',
      description: 'from what is committed, instead of the files as they are',
      type: yesOrNo,
      default: 'false',
    }),
  },
  value: (values) => values,
});

/** Which images are checked. */
export const extentSettings = settingsGroup({
  title: 'Extent',
  fields: {
    dashboards: setting({
      name: 'dashboards',
      description: 'Superset, too: minutes to build, and a gigabyte of memory to run',
      type: yesOrNo,
      default: 'true',
    }),
  },
  value: ({ dashboards }) => ({
    withDashboards: dashboards,
    images: imageNames.filter((name) => dashboards || (name !== 'superset' && name !== 'serving')),
  }),
});
